# What went wrong, and what to press next.
error-unexpected = 😕 Something went wrong on our side. Look at /orders before you try again.
toast-too-fast = 🐢 Telegram takes no more messages here for { $seconds ->
        [one] { $seconds } second.
       *[other] { $seconds } seconds.
    } Codes still come.
error-detail = <i>The site said: “{ $detail }”</i>
error-refused = ⚠️ { $site } refused.
error-bad-key = 🔑 { $site } refuses the key. Check it under <b>Accounts</b>.
error-bad-key-lent = 🔑 { $site } refuses the key of this account. Its owner can replace it.
error-no-numbers = 📭 { $site } has no number for this right now. Try again in a minute, or choose something else.
error-no-funds = 💸 Your balance at { $site } is too low. Top it up there, then try again.
error-no-funds-lent = 💸 This account has too little money at { $site }. Its owner was told.
error-not-allowed = ✋ { $site } doesn't allow this here.
error-conflict = ↔️ The order has moved on. Look at its card.
error-invalid = ✋ { $site } doesn't accept this. Refresh the list and choose again.
error-not-found = 🔍 { $site } doesn't know this order (any more).
error-unavailable = 📭 { $site } can't do this right now: no numbers, or its supplier is down. Try again in a minute.
error-rate-limited = 🐢 { $site } was asked too often. { $seconds ->
        [0] Try again in a minute.
        [one] Try again in { $seconds } second.
       *[other] Try again in { $seconds } seconds.
    }
error-no-answer = 🔌 { $site } doesn't answer.
error-no-answer-unreachable = 🔌 { $site } can't be reached. Nothing was sent.
error-no-answer-timeout = 🔌 { $site } doesn't answer in time.
error-no-answer-not-json = 🔌 { $site } sends a page instead of an answer. It may be under repair.
error-no-answer-server-error = 🔌 { $site } is having trouble of its own.
error-no-answer-too-big = 🔌 { $site } sends far too much.
error-no-answer-bad-shape = 🔌 { $site } answers in a way we don't understand.
error-no-answer-cut = 🔌 { $site } hung up before it had answered.
error-no-answer-queue = ⏳ Another order of this account took too long, so this one was not sent.
error-no-answer-share-ended = 🛑 Sharing was stopped before this order's turn came, so it was not sent.
error-no-answer-redirect = 🔌 { $site } points us elsewhere. We don't take your key there.
error-forged = ⚠️ { $site } refused.
error-malformed = ⚠️ { $site } refused.
error-unclear = 🤷 { $site } has no record that says whether it was done. Look there before you repeat it.

notice-group-closed = 🚪 The bot was removed from “{ $title }”. Your open orders there go on here, and so do their codes.
told-gone = This is no longer there. Please start again from the menu.
told-not-yours = This belongs to somebody else. Your own menu opens with /order.
told-not-now = The order has moved on: this can't be done now.
told-barred = The site doesn't do this for this service.
told-already-linked = This key is already linked as “{ $name }”.
told-bad-name = A name has 1 to 30 characters.
told-unfinished = Something is still to be chosen.
told-price-rose = ⚠️ The price rose from { $confirmed } to { $now }. Nothing was bought; please look and confirm again.
told-over-limit-order = 🛑 That is over your limit of { $most } an order. You can change it under Settings, Spending limits.
told-over-limit-day = 🛑 That would go over your limit of { $most } a day: { $left } is left. You can change it under Settings, Spending limits.
told-over-limit-month = 🛑 That would go over your limit of { $most } a month: { $left } is left. You can change it under Settings, Spending limits.
told-over-limit-group-order = 🛑 That is over this group's limit of { $most } an order.
told-over-limit-group-person = 🛑 That would go over the limit here of { $most } a day for each person: { $left } is left for you today.
told-over-limit-group-day = 🛑 That would go over this group's limit of { $most } a day: { $left } is left.
told-over-limit-group-month = 🛑 That would go over this group's limit of { $most } a month: { $left } is left.
told-may-not-order = 🙋 You can't order here yet: the owner decides who can. The button under /order asks them.
told-may-not-rule = 👑 Only the account's owner can change this.
told-may-not-tighten = The owner and managers set these limits.
told-may-not-log = The log is for the owner and for managers.
told-may-not-see = This is for the members of the group.
told-may-not-end = The owner or an admin of the group can stop this.
told-may-not-widen = A manager's limit can only be below the owner's. Ask the owner for more.
told-may-not-elsewhere = This account is for orders in its group: use /order there.
told-may-not-number = 🔒 Somebody else here ordered this number, and its codes are theirs: only they can have it again.
told-may-not-not-in-group = For this you have to be in the group and free to write there.
told-may-not-share-ended = This account isn't shared here any more.
told-may-not-too-many = So many people have a role or have asked for one that there is no room left. The owner can clear the list with /members.
told-nobody-knows = 🔌 Telegram doesn't say just now who is in the group, so nothing was done. Please try again in a minute. Are members hidden here? Then I have to be an admin, without any rights.
told-already-shared = This account is shared here already. Its settings are under /share.
