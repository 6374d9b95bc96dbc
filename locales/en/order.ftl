# Ordering: lines, choices, the quote, what came of it.
order-choose-account = <b>Which account pays?</b>
order-nobody-pays = 👋 No account pays for orders in this group yet. Whoever has linked one in our private chat can share it here with /share.
order-may-not = 🙋 An account is shared in this group, and its owner decides who orders with it. You can't yet: ask with one press.
order-in-topic = 🧵 The card of this order stands in the topic that the owner chose.
order-own-limit = 🛑 That is over a spending limit that you have set yourself. You find it in our private chat under /settings.
button-ask-owner = 🙋 Ask the owner
toast-asked-owner = 🙋 The owner has been asked. Once they agree, you can order with /order.
toast-asked-before = The owner has been told already, or you may order by now: try /order.
quote-left-order = Limit in this group: { $most } an order.
quote-left-person = Left for you in this group today: { $left } of { $most }.
quote-left-day = Left for the group today: { $left } of { $most }.
quote-left-month = Left for the group this month: { $left } of { $most }.
order-choose-line = <b>{ $account }</b> · which kind of number?
line-gearsms-s1 = 🇺🇸 S1 · by state
line-gearsms-s2 = 🇺🇸 S2 · by area code, carrier
line-gearsms-global = 🌍 Global · many countries
line-gsim-numbers = 🌍 Numbers
line-smsgig-s1 = 🇺🇸 Numbers
line-getsms-numbers = 🇺🇸 Numbers
line-gotsms-numbers = 📅 Numbers by the day or month
about-gearsms-s1 = <b>S1</b>: US numbers for 15 minutes, from any state or yours.
about-gearsms-s2 = <b>S2</b>: US numbers; choose the area code (+65 %) and the carrier (+25 %) if you like.
about-gearsms-global = <b>Global</b>: numbers from many countries.
about-gsim-numbers = Numbers from many countries.
about-smsgig-s1 = US numbers.
about-getsms-numbers = US numbers.
about-gotsms-numbers = Numbers by the day or month.

choice-service = Service
choice-state = State
choice-area_code = Area code
choice-country = Country
choice-operator = Operator
choice-carrier = Carrier
choice-plan = Plan
choice-number = Number
choice-markup = Bid
choices-service = Services
unset-state = any
unset-area_code = any
unset-operator = any
unset-carrier = any
unset-number = any
unset-markup = none
choose-service = <b>Which service?</b>
choose-state = <b>Which state?</b>
choose-area_code = <b>Which area code?</b>
choose-country = <b>Which country?</b>
choose-operator = <b>Which operator?</b>
choose-carrier = <b>Which carrier?</b>
choose-plan = <b>For how long?</b>
choose-number = <b>Which number?</b>
choose-markup = <b>How much more do you bid?</b>
type-area_code = <b>Type the area code</b>: three digits, such as <code>212</code>.
type-carrier = <b>Type the carrier</b>, such as <code>T-Mobile</code>. The site publishes no list.
type-number = <b>Type the number</b> you had before: ten digits, such as <code>5302286946</code>.
type-markup = <b>Type your markup</b>: a whole number from 10 to 2000.
list-or-type-markup = The bid counts if no number is free now. Choose the recommended markup, or type a number from 10 to 2000.
list-or-type-area_code = Choose one, or type three digits.
list-or-type-carrier = Choose one, or type it.
list-or-type-number = Choose one, or type it.
hint-area_code = ⚠️ An area code has three digits, such as 212.
hint-carrier = ⚠️ A carrier's name has letters, digits, spaces, “&amp;” or “-”.
hint-number = ⚠️ A US number has ten digits.
hint-markup = ⚠️ A markup is a whole number from 10 to 2000.
list-hint = Type part of a name to search.
list-found = { $count ->
        [one] { $count } match for “{ $query }”.
       *[other] { $count } matches for “{ $query }”.
    }
list-nothing = Nothing fits “{ $query }”. Try another spelling.
list-empty = { $site } offers nothing here right now.
list-stale = ⚠️ { $site } doesn't answer just now; this list is from { $at }.
price-from = from { $price }
stock = { $count } left
recommended = recommended
crumb-site = 📍 <b>{ $site }</b>
crumb = { $what }: <b>{ $name }</b>
button-search = 🔍 Search
button-all = ✕ Show all
button-optional = { $what }: { $unset }
button-optional-adds = { $what }: { $unset } (+{ $price })
button-another-service = ➕ Another service ({ $count } of { $most })
toast-search = Just type part of a name.
toast-refreshing = Asking the site…
toast-option-gone = The list has changed. Please choose again.
placeholder-search = Type here

quote-price = Price: <b>{ $price }</b>
surcharge = incl. { $what }: { $price }
quote-balance = Your balance: { $balance }
quote-balance-low = ⚠️ Your balance is too low: { $balance }
quote-stock = { $count ->
        [0] ⚠️ None in stock right now
       *[other] In stock: { $number }
    }
quote-lasts = { $minutes ->
        [one] Yours for { $minutes } minute
       *[other] Yours for { $minutes } minutes
    }
quote-lasts-hours = { $hours ->
        [one] Yours for { $hours } hour
       *[other] Yours for { $hours } hours
    }
quote-lasts-days = { $days ->
        [one] Yours for { $days } day
       *[other] Yours for { $days } days
    }
button-buy = Buy for { $price }
toast-ordering = Ordering…
rule-refund-on-cancel = ✅ Cancelled before a code comes: refunded.
rule-refund-on-expiry = ✅ No code in time: refunded by itself.
rule-refund-ask = ℹ️ You can ask for a refund; { $site } decides.
rule-no-cancel = ⚠️ This service can't be cancelled: it runs until its time is up.
rule-no-report = ⚠️ This service can't be reported.
rule-always-charged = ⚠️ Always charged, whether a code comes or not.
rule-several-codes = ✅ Several codes can arrive.
rule-surcharges-unsure = ℹ️ { $site } doesn't say how the two surcharges combine: you pay one of these two prices, or something between.
rule-price-by-site = ℹ️ { $site } sets the price with the order: at most the amount shown.
rule-bid = 🔨 A bid: if no number is free, it waits up to 30 minutes for one. The highest bid wins.
rule-sleeps = 😴 This number sleeps. Pinbell wakes it right after you buy.

outcome-sending = ⏳ <b>Ordering…</b>
outcome-not-charged = Nothing was charged.
outcome-unknown =
    ❔ <b>{ $site } hasn't answered.</b>
    Nobody knows yet whether the number was bought. { $price } may have been charged ({ $at }, account { $account }).

    Pinbell never orders again by itself. If the answer or a code still comes, it appears here.
finding-looking = 🔎 Looking for it at { $site }…
outcome-owner-asked = 🔎 It is being found out, and the account's owner is asked in private.
finding-several = 🔎 { $site } has several orders that fit. Which one is yours?
finding-charged = 💵 { $site } charged { $price }, but doesn't tell the number.
finding-not-charged = 💵 { $site } shows no charge for it: most likely it was not bought.
finding-fell = 💵 The balance fell by { $price }: most likely it was bought, but { $site } doesn't tell the number.
finding-steady = 💵 The balance is as before: most likely it was not bought.
finding-absent = ✅ { $site } has no such order: nothing was bought, nothing was charged.
finding-dismissed = Marked as not bought. If it turns up at { $site } after all, it appears here.
outcome-support =
    If money is missing, send this to the support of { $site }:
    <blockquote>Order without an answer: { $wish }, { $at }, up to { $price }.</blockquote>
button-mine = ✓ { $number }
button-not-bought = ✕ It was not bought

# What is done with an order and asks something first.
crumb-act = <b>{ $act }</b>
outcome-acting = ⏳ On its way …
act-done = { $act }: done ✅
act-kept = Nothing was changed.
button-card = To the number

# What nobody knows of something that was to be done with a number.
outcome-act-unknown = ❔ { $site } didn't answer: nobody knows yet whether “{ $act }” was done.
outcome-act-price = Up to { $price } may have been charged.
outcome-act-fee = A fee may have been charged.
outcome-act-looking = 🔎 Looking at { $site } whether it was…
button-not-done = ✕ It was not done
