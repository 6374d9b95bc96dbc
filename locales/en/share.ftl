# Lending an account to a group: /share, /limits, /members, and what the owner is told.
command-share = Lend an account to a group
command-limits = Limits, and what is left of them
command-members = Who may order in a group

share-here =
    👥 <b>Accounts in this group</b>
    Lend one of yours, or look at one that is shared here.
share-here-lent =
    👥 <b>Accounts in this group</b>
    These are shared here.
share-here-none = 👥 No account is shared here, and you have none of your own. Link one in our private chat, then send /share here again.
share-mine =
    👥 <b>Shared accounts</b>
    Lend an account to a group: others order with it, within your limits.
share-mine-none = 👥 Link an account first; then you can lend it to a group.
share-a-group = a group
share-somebody = Somebody
button-share-open = 👥 Share in a group
button-share-begin = ➕ Share { $name }
button-share-pick = ➕ Share in a group ↗

share-begun = ✅ <b>Shared.</b>
share-title = 👥 { $account } in <b>{ $group }</b>
share-now-all = Everybody in the group can order{ $upto }.
share-now-admins = Group admins and people whom the owner names can order{ $upto }.
share-now-named = Only people whom the owner names can order{ $upto }.
share-upto-both = , up to { $order } an order and { $day } a day
share-upto-order = , up to { $order } an order
share-upto-day = , up to { $day } a day
share-codes-buyer = Codes go only to who ordered.
share-codes-all = Everybody in the group sees the codes.
share-ended = 🚪 It is not shared there any more.
button-share-who-all = 🛒 Who may order: everybody ›
button-share-who-admins = 🛒 Who may order: group admins ›
button-share-who-named = 🛒 Who may order: people I name ›
button-share-codes-buyer = 🔔 Codes: only who ordered ›
button-share-codes-all = 🔔 Codes: everybody ›
button-share-admins-yes = 🛠 Admins may cancel: yes
button-share-admins-no = 🛠 Admins may cancel: no
button-share-topic-any = 📌 Cards: where ordered
button-share-topic-this = 📌 Cards: in this topic
button-share-topic-other = 📌 Cards: in another topic
button-share-limits = 💸 Limits
button-share-members = { $count ->
        [0] 👤 Members
       *[other] 👤 Members · { $count } asking
    }
button-share-log = 📖 Log
button-share-stop = 🚪 Stop sharing
button-share-stop-sure = Yes, stop sharing

share-ask-who =
    🛒 <b>Who may order with { $account }?</b>
    A role that you give somebody under Members counts before this.
share-choose-who-all = Everybody in the group
share-choose-who-admins = Group admins
share-choose-who-named = Only people I name
share-ask-codes =
    🔔 <b>Who sees the codes?</b>
    With “Only who ordered” the group sees that a code came, and not the code.
share-choose-codes-buyer = Only who ordered
share-choose-codes-all = Everybody in the group
share-ask-stop = 🚪 Stop sharing { $account } in <b>{ $group }</b>? Nobody can order with it there any more. Open orders go on to their end, and the log stays.
share-stopped = 🚪 { $account } is not shared in <b>{ $group }</b> any more.

share-limits = 💸 <b>Limits</b> · { $account } in <b>{ $group }</b>
share-limits-days = Days and months begin at midnight UTC.
share-limits-none = No account is shared in this group. /share lends one of yours.
share-left-order = One order: { $most } at most
share-left-person = You today: { $spent } of { $most }, <b>{ $left }</b> left
share-left-day = The group today: { $spent } of { $most }, <b>{ $left }</b> left
share-left-month = The group this month: { $spent } of { $most }, <b>{ $left }</b> left
share-free-order = One order: no limit
share-free-person = You today: no limit
share-free-day = The group today: no limit
share-free-month = The group this month: no limit
button-share-cap-order = One order: { $most }
button-share-cap-person = One person a day: { $most }
button-share-cap-day = The group a day: { $most }
button-share-cap-month = The group a month: { $most }
button-share-lift-mine = Back to the owner's limit
share-ask-cap-order = How many dollars may one order cost here at most? Type a number such as 2.50.
share-ask-cap-person = How many dollars may one person spend here a day at most? Type a number such as 5.
share-ask-cap-day = How many dollars may the whole group spend a day at most? Type a number such as 20.
share-ask-cap-month = How many dollars may the whole group spend a month at most? Type a number such as 200.
share-cap-owners = The owner's limit is { $most }: yours can only be below it.

members-title = 👤 <b>Members</b> · { $account } in <b>{ $group }</b>
members-owner = 👑 <b>{ $name }</b> lends the account.
members-line-asks = 🙋 <b>{ $name }</b> asks to order
members-line-manager = 🛠 <b>{ $name }</b>, manager
members-line-buyer = 🛒 <b>{ $name }</b>, buyer
members-line-viewer = 👀 <b>{ $name }</b>, viewer
members-mark-asks = asks to order
members-mark-manager = manager
members-mark-buyer = buyer
members-mark-viewer = viewer
members-how = To give somebody a role, reply to a message of theirs in the group with /members.
members-none-yours = 👤 None of your accounts is shared in a group.
members-choose = 👤 <b>Members</b> of which share?
members-role-of = 👤 A role for <b>{ $name }</b> with which account?
members-nobody = That message has no author whom I could give a role: it is a bot's, or anonymous.
role-title = 👤 <b>{ $name }</b> · { $account } in <b>{ $group }</b>
role-asks = 🙋 Asks to order.
role-about =
    <b>Manager</b> orders, lowers limits, reads the log.
    <b>Buyer</b> orders, whatever the group's rule is.
    <b>Viewer</b> looks on and can't order.
    <b>No role</b>: as the group's rule says.
role-manager = Manager
role-buyer = Buyer
role-viewer = Viewer
role-none = No role
role-saved = ✅ Saved.

notice-asks-in = 🙋 <b>{ $name }</b> in <b>{ $group }</b> asks to order with { $account }.
button-asks-buyer = ✅ Let them order
button-asks-viewer = 👀 Only look on
button-asks-no = ✋ No
asks-answered-buyer = ✅ <b>{ $name }</b> can order with { $account } in <b>{ $group }</b> now.
asks-answered-viewer = 👀 <b>{ $name }</b> can look on at { $account } in <b>{ $group }</b>, but not order.
asks-answered-no = ✋ <b>{ $name }</b> was not let in to { $account } in <b>{ $group }</b>.
asks-late = This question was answered before, or <b>{ $name }</b> is not in the group any more.
notice-let-in = ✅ { $who }, you can order with { $account } here now: /order
ask-settle-head = 👥 <b>{ $name }</b> in <b>{ $group }</b>, with { $account }:
ask-settle =
    ❔ <b>{ $site } hasn't answered.</b>
    Nobody knows yet whether the number was bought. { $price } may have been charged ({ $at }).

    You alone can settle it; the group then sees what came of it.
ask-settle-placed = ✅ It was bought. Its card is in <b>{ $group }</b>.
notice-nearly-person = 💸 <b>{ $group }</b>: <b>{ $name }</b> has spent { $spent } of { $most } today with { $account }.
notice-nearly-day = 💸 <b>{ $group }</b> has spent { $spent } of { $most } today with { $account }.
notice-nearly-month = 💸 <b>{ $group }</b> has spent { $spent } of { $most } this month with { $account }.
notice-no-funds = 💸 { $account } has too little money: { $site } turned down what <b>{ $group }</b> asked for. Top it up there.
notice-topic-gone = 📌 The topic for cards in <b>{ $group }</b> was deleted. Cards of orders with { $account } appear where each is ordered now.
notice-handed-over = { $count ->
        [one] 🚪 <b>{ $name }</b> is not in <b>{ $group }</b> any more. The open order with { $account } goes on here, with you.
       *[other] 🚪 <b>{ $name }</b> is not in <b>{ $group }</b> any more. { $count } open orders with { $account } go on here, with you.
    }
notice-share-ended-owner-left = 🚪 You left <b>{ $group }</b>, so { $account } is not shared there any more. Open orders go on to their end.
notice-share-ended-admin = 🚪 <b>{ $name }</b>, an admin of <b>{ $group }</b>, ended the sharing of { $account } there. Open orders go on to their end.
notice-share-ended-bot-removed = 🚪 The bot was removed from <b>{ $group }</b>, so { $account } is not shared there any more. Open orders go on to their end.
notice-share-ended-unlinked = 🚪 { $account } is unlinked, so it is not shared in <b>{ $group }</b> any more. Open orders go on to their end.
notice-share-ended-group-gone = 🚪 <b>{ $group }</b> is gone, so { $account } is not shared there any more. Open orders go on to their end.
