# Settings > Spending limits.
button-caps = 💸 Spending limits
caps =
    💸 <b>Spending limits</b>
    What you set here holds for everything you order, at all sites. Days and months begin at midnight UTC.
button-cap-order = One order: { $most }
button-cap-day = A day: { $most }
button-cap-month = A month: { $most }
button-cap-lift = Take this limit away
cap-none = no limit
cap-saved = ✅ Saved.
cap-is = Now: { $most }.
cap-most-order = Your limit: { $most } an order.
cap-left-day = Left today: { $left } of { $most }.
cap-left-month = Left this month: { $left } of { $most }.
ask-cap-order = How many dollars may one order cost at most? Type a number such as 2.50.
ask-cap-day = How many dollars may you spend a day at most? Type a number such as 10.
ask-cap-month = How many dollars may you spend a month at most? Type a number such as 100.
placeholder-cap = Dollars, such as 2.50
hint-cap = ⚠️ Type a number of dollars from 0 to 100000, such as 2.50. Zero takes the limit away.
