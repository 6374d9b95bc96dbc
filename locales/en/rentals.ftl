# Numbers for days or months, their settings, and what the sites keep.
rentals-open = <b>Your rented numbers</b>
rentals-none =
    <b>No rented numbers yet</b>

    Rent one for a day or a month: it's yours all that time, and every message rings here.
rentals-past = { $count ->
        [0] <b>No past rentals</b>
        [one] <b>Past rentals</b> · { $count } number
       *[other] <b>Past rentals</b> · { $count } numbers
    }
button-rentals = { $count ->
        [0] 📞 Rentals
       *[other] 📞 Rentals ({ $count })
    }
button-rent = 📞 Rent a number
button-past-rentals = 🗂 Past rentals ({ $count })
button-rent-another = 🔁 Rent another
command-rentals = Your rented numbers
rent-choose = <b>Where, and which kind of number?</b>
rent-nowhere =
    <b>Link an account to rent numbers</b>

    These sites rent them out: { $what }.

rental-name = Rented number
rental-waiting = <b>Ready</b>; messages ring here
rental-received = <b>Yours</b>; messages ring here
rental-released = <b>Given up</b>
rental-ended = <b>Ended</b>
rental-ends = ⏱ Ends { $till } ({ $at })
rental-renews = 🔁 Renews by itself { $till } ({ $at })
rental-renews-for = 🔁 Renews by itself { $till } ({ $at }) for { $price }
rental-settings = ⚙️ <b>Settings</b>
card-waking = ⏰ Waking up: ready { $till }
switch-on = { $act }: on ✓
switch-off = { $act }: off
ask-twice = ⚠️ This can't be undone. <b>{ $number }</b> is lost for good, with every code that would still come to it. Really?
notice-rental-ends = ⏱ <b>{ $name }</b> ends soon.
notice-rental-lost = { $site } gives the number away then.
notice-rental-ended = ⌛ <b>{ $name }</b> has ended: { $site } gives the number away now. What came to it stays on its card.

# What the sites keep of an account or of a number.
journal-orders = 🗂 Orders at the site
journal-rentals = 📞 Rentals at the site
journal-transactions = 💵 Transactions
journal-messages = ✉️ Messages
journal-calls = 📲 Calls
journal-title = <b>{ $what }</b> · { $whose }
journal-number = <code>{ $number }</code>
journal-only = Only: <b>{ $what }</b>
journal-page = Page { $number }
journal-empty = { $site } shows nothing here.
journal-adopted = ✅ Watched from now on: its messages ring here.
record-number = <code>{ $number }</code>
record-name = <b>{ $name }</b>
record-word = <i>{ $what }</i>
record-seconds = { $seconds ->
        [one] { $seconds } second
       *[other] { $seconds } seconds
    }
record-text = <blockquote>{ $text }</blockquote>
button-at-site = 🌐 At the site: { $name }
button-adopt = 👁 Watch { $number } here
toast-adopting = Looking at it…

# Prices before an account is linked.
teaser = 🏷 <b>{ $site } sells, among others:</b>
teaser-line = { $service } from { $price }

# gsim.io
line-gsim-rentals = 📅 Numbers by the month
about-gsim-rentals = <b>By the month</b>: a number of your own that receives and sends SMS and calls.
choice-number_type = Kind
choice-capability = Can do
choice-contains = Digits in it
choice-monthly_price = Base price
unset-capability = anything
unset-contains = any
choose-number_type = <b>Which kind of number?</b>
choose-capability = <b>What must the number be able to do?</b>
choose-contains = <b>Which digits should be in it?</b>
choose-monthly_price = <b>How much may it cost a month, before the site's markup?</b>
type-country = <b>Type the country's code</b>: two letters, such as <code>US</code>.
type-contains = <b>Type what the number should contain</b>, such as <code>555</code>.
type-monthly_price =
    <b>Type the highest base price a month you accept</b>, in dollars, such as <code>1.15</code>.
    The site doesn't tell it before, and adds its own markup: its example turns $1.15 into $1.50.
list-or-type-country = Not here? Type the country's two letters, such as <code>US</code>.
list-or-type-contains = Choose one, or type it.
list-or-type-monthly_price = Choose one, or type it.
hint-country = ⚠️ A country's code has two letters, such as US.
hint-contains = ⚠️ Two to twelve digits or letters, such as 555.
hint-monthly_price = ⚠️ A price in dollars, such as 1.15.

rule-markup-by-site = ⚠️ { $site } adds its own markup to this price and tells it only afterwards.
rule-fee-by-site = ⚠️ { $site } charges a fee for this and doesn't tell it before.
rule-renews = 🔁 Paid by the month. { $site } can renew it by itself: see “Auto-renewal” on its card.

act-send_sms = ✉️ Send an SMS
act-auto_renew = 🔁 Auto-renewal
act-call = 📞 Call
act-forwarding = ↪️ Forward calls
act-voicemail = 📼 Voicemail
act-rename = ✏️ Rename
act-release = 🗑 Give the number back
ask-release = Give this number back? It's gone at once and can't be had again. { $site } says nothing of a refund.
choice-to = To
choice-body = Text
choice-forwarding = Calls go to
choice-voicemail = Voicemail
choice-friendly_name = Name
choose-to = <b>To which number?</b>
choose-body = <b>What should it say?</b>
choose-forwarding = <b>Where should calls go?</b>
choose-voicemail = <b>Should callers be able to leave a message?</b>
choose-friendly_name = <b>What should it be called?</b>
type-to = <b>Type the number</b> with + and the country's code, such as <code>+14155551234</code>.
type-body = <b>Type the text of the SMS</b>, up to 1600 characters.
type-forwarding = <b>Type the number that calls go to</b>, such as <code>+905551234567</code>.
type-friendly_name = <b>Type a name for this number</b>, up to 64 characters.
list-or-type-to = Choose one, or type it.
list-or-type-body = Choose one, or type it.
list-or-type-forwarding = Type a number such as <code>+905551234567</code>, or turn it off.
list-or-type-friendly_name = Choose one, or type it.
hint-to = ⚠️ A number begins with + and the country's code, such as +14155551234.
hint-body = ⚠️ An SMS has 1 to 1600 characters.
hint-forwarding = ⚠️ A number begins with + and the country's code, such as +905551234567.
hint-friendly_name = ⚠️ A name has 1 to 64 characters, in one line.

word-gsim-orders-PENDING = waiting
word-gsim-orders-RECEIVED = code came
word-gsim-orders-CANCELLED = cancelled
word-gsim-orders-BANNED = banned
word-gsim-orders-REFUNDED = refunded
word-gsim-orders-EXPIRED = time is up
word-gsim-rentals-ACTIVE = active
word-gsim-rentals-PENDING_RENEWAL = renewal due
word-gsim-rentals-EXPIRED = ended
word-gsim-rentals-CANCELLED = given back

# GearSMS
line-gearsms-ltr = 📅 Rent · 3 to 30 days
about-gearsms-ltr = <b>Rent</b>: a US number of your own for 3 to 30 days, for all codes of one service. An area code of your choice costs $2.50 more.
choice-duration = Duration
choose-duration = <b>For how long?</b>
rule-ends-for-good = ⚠️ It can't be renewed: after its time the number is gone.

# GotSMS
act-transition = ⏫ Keep it longer
choice-longer_plan = Longer plan
choose-longer_plan = <b>Which longer plan?</b>
quote-renewal = 🔁 With auto-renewal on, each next time costs { $price }. It's off until you turn it on.
error-not-allowed-daily-plan = ✋ Only a number rented by the day can move to a longer plan.
error-not-allowed-monthly-plan = ✋ { $site } renews by itself only plans of 1, 3, 6 or 12 months.
error-not-allowed-no-refund = ✋ { $site } doesn't refund this number (any more).

# SMSGig: its words for money.
word-smsgig-transactions-purchase = bought
word-smsgig-transactions-refund = refunded
word-smsgig-transactions-deposit = paid in

option-Local = Local
option-Mobile = Mobile
option-TollFree = Toll-free
option-sms = SMS
option-voice = Calls
option-both = SMS and calls
option-on = On
option-off = Off
