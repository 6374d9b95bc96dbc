# An order's card, the push, lists of orders.
card-title = 📱 <b>{ $service }</b> · { $account }
card-picks = <i>{ $picks }</i>
card-number = ☎️ <code>{ $number }</code>
card-code = 🔑 Code: <b><code>{ $code }</code></b>
card-status = { $mark } { $status }
card-price = 💵 { $price }
card-refunded = 💵 { $price } refunded
card-ends = ⏱ Ends { $at }
card-online = 🟢 Awake; sleeps again { $till }
card-asleep = 😴 Asleep: wake it to receive codes
card-trouble = ⚠️ { $site } doesn't answer just now. Pinbell keeps trying.
card-deleted = <i>The messages were deleted, as set in your settings.</i>
state-bidding = <b>Bidding for a number</b>
state-waiting = <b>Waiting for the code</b>
state-received = <b>Code arrived</b>; more may come
state-done = <b>Done</b>
state-cancelled = <b>Cancelled</b>
state-expired = <b>Time is up</b>
state-unknown = <b>Open</b>; the site's status is new to us
button-copy-number = 📋 { $number }
button-copy-code = 📋 { $code }
button-look = 🔄 Look now
button-again = 🔁 Order again
button-sure-pay = { $act } for { $price }
act-cancel = ✕ Cancel
act-withdraw = ✕ Withdraw bid
act-ban = 🚫 Ban number
act-report = 🚩 Report
act-reuse = ♻️ Use again
act-reactivate = ♻️ Use again
act-finish = ✓ Finish
act-wake = ⏰ Wake up
act-status = 📶 Status
act-refund = ↩️ Refund
ask-ban = Ban this number? The order ends, and { $site } refunds it.
ask-refund = Ask { $site } for a refund? If it agrees, the number is gone.
ask-report = Report this number as not working? The order ends.
ask-reuse = Use this number once more? It's a new order for about { $price }.
ask-reactivate = Use this number once more? It costs the full price again: { $price }.
act-failed = { $act }: { $why }
unsure-act = If it was done all the same, the card will show it. You can press it again.
toast-looking = Looking…

push-code = 🔔 { $service }: <b><code>{ $code }</code></b>
push-text = 🔔 { $service }: a message
push-number = ☎️ { $number }
push-deleted = 🔔 { $service }: a message came, but its keeping time is over and it was deleted.
push-repeated = <i>(sent again: the first one may not have reached you)</i>
notice-expired = ⌛ <b>{ $service }</b>: time is up, no code came.
notice-expired-refunded = { $price } was refunded.
notice-expired-check = { $site } refunds by its own rules; /balance shows what came back.

orders-open = <b>Open orders</b>
orders-none = <b>No open orders</b>
orders-unknown = ❔ { $site }, { $at }: an order for up to { $price } was never answered. Look at your orders at the site.
history-title = { $count ->
        [one] <b>History</b> · { $count } order
       *[other] <b>History</b> · { $count } orders
    }
history-none = <b>No past orders yet</b>
history-line = { $mark } { $at } · { $service } · { $site } { $price }
history-refunded = (refunded { $price })
orders-unknown-act = ❔ { $site }, { $at }: nobody knows whether “{ $act }” was done. Look at the number's card.
