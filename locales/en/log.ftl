# /log: what was done with the accounts that a group shares.
log-title = 📖 <b>Log</b>
log-title-of = 📖 <b>Log</b> · { $title }
log-groups = 📖 <b>Log</b> · of which group?
log-no-groups = 📖 <b>Log</b>

    None of your accounts was ever shared in a group, and you manage none.
log-nothing = 📖 <b>Log</b>

    No account was ever shared here.
log-empty = Nothing happened yet.
log-head = { $at } · { $what }
log-of-account = 🔑 { $account }
log-somebody = Somebody
log-ordered = 🛒 <b>{ $name }</b>: { $what } (up to { $most })
log-shared = 🤝 <b>{ $name }</b> shared the account here
log-changed = ⚙️ <b>{ $name }</b> changed { $what }
log-changed-who = ⚙️ <b>{ $name }</b>, who may order: { $what }
log-changed-codes = ⚙️ <b>{ $name }</b>, who sees codes: { $what }
log-changed-admins_act = ⚙️ <b>{ $name }</b>, admins act on all orders: { $what }
log-changed-topic = ⚙️ <b>{ $name }</b>, where cards appear: { $what }
log-who-all = everybody
log-who-admins = group admins
log-who-named = named people
log-codes-all = everybody
log-codes-buyer = who ordered
log-admins_act-True = yes
log-admins_act-False = no
log-topic-none = where it was ordered
log-topic-own = topic { $what }
log-topic-gone = ⚙️ The topic for cards was deleted: they appear where each is ordered
log-cap-order = 💸 <b>{ $name }</b>, limit an order: { $what }
log-cap-person = 💸 <b>{ $name }</b>, limit a person and day: { $what }
log-cap-day = 💸 <b>{ $name }</b>, limit a day: { $what }
log-cap-month = 💸 <b>{ $name }</b>, limit a month: { $what }
log-no-cap = none
log-role-manager = 👤 <b>{ $name }</b>: { $whose } is a manager now
log-role-buyer = 👤 <b>{ $name }</b>: { $whose } may order now
log-role-viewer = 👤 <b>{ $name }</b>: { $whose } may only look now
log-role-none = 👤 <b>{ $name }</b>: { $whose } has no role of their own any more
log-asked = 🙋 <b>{ $name }</b> asked to be let in
log-left = 🚪 <b>{ $name }</b> left the group
log-nearly-person = ⚠️ { $name }: { $price } of { $most } spent that day
log-nearly-day = ⚠️ { $price } of { $most } spent that day
log-nearly-month = ⚠️ { $price } of { $most } spent that month
log-stopped = ⏹ The sharing ended
log-stopped-owner = ⏹ <b>{ $name }</b> stopped sharing
log-stopped-admin = ⏹ <b>{ $name }</b>, a group admin, stopped the sharing
log-stopped-owner-left = ⏹ The sharing ended: the owner left the group
log-stopped-bot-removed = ⏹ The sharing ended: the bot was removed from the group
log-stopped-group-gone = ⏹ The sharing ended: the group is gone
log-stopped-unlinked = ⏹ The sharing ended: the account was unlinked

log-steps = → { $what }
log-step-placed = placed for { $price }
log-step-placed-unpriced = placed
log-step-refused = the site refused
log-step-unknown = no answer, { $price } held
log-step-code = { $count ->
        [one] code came
       *[other] { $count } codes came
    }
log-step-ended = ended
log-step-ended-done = done
log-step-ended-cancelled = cancelled
log-step-ended-expired = time was up
log-step-refunded = { $price } refunded
log-step-acted = { $name }: { $act }
log-step-handed-over = handed over to the owner

button-log-newer = ‹ Newer
button-log-older = Older ›
button-log-file = 📄 As a file
button-log-month = This month
button-log-last-month = Last month
button-log-week = Last 7 days
button-log-all = Everything
button-log-typed = ✎ Other days
button-log-groups = ‹ Groups
log-files = 📄 <b>The log as a file</b>
    Which days? The file opens in any spreadsheet and comes to your private chat with the bot. Days are those of UTC.
log-file = 📖 { $title } · { $what }
log-file-all = 📖 { $title } · everything
log-file-sent = ✅ The file is in your private chat with the bot.
log-file-empty = Nothing happened on those days, so there is no file.
log-file-closed = I can't write to you yet: please open our private chat, press Start, and ask for the file again there.
button-log-private = 📄 Open our private chat
ask-log-days = Which days? Type one or two dates, such as 2026-11-01 2026-11-15.
placeholder-log-days = Such as 2026-11-01 2026-11-15
hint-log-days = ⚠️ Type one date or two, year first, such as 2026-11-01 2026-11-15.
toast-log-file = I'm writing the file…
toast-log-busy = Your file is on its way.
command-log = Who ordered what in this group
