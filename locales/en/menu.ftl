# The main menu, help, settings, and what stands on general buttons.
language-name = English

welcome =
    👋 <b>Welcome to Pinbell</b>

    Order a phone number at your own SMS-number site, and the code rings here the moment it arrives.

    Link an account to begin.
main-menu = <b>Pinbell</b> · what shall it be?
help =
    <b>How it works</b>

    1. Link your account at a site: /accounts
    2. Order a number: /order
    3. Use the number. The code rings here by itself.

    /orders shows what is open, /rentals your rented numbers, /history what was, /balance your balances.
    /settings changes the language and how long codes are kept. /cancel stops what you are typing.
    /share lends an account to a group: others order with it, within your limits.

    Your keys are encrypted and never shown again. Nothing is bought until you press a button that says what it costs.
settings =
    <b>Settings</b>

    Your language, and how long codes and messages are kept (now { $days ->
        [one] { $days } day
       *[other] { $days } days
    }). Open orders keep theirs.
one-moment = ⏳ One moment…
cancelled = ✋ Stopped.
nothing-to-cancel = Nothing to stop.
nothing-spent = Nothing was spent.

button-menu = ☰ Menu
button-back = ‹ Back
button-order = 📱 Order a number
button-orders = { $count ->
        [0] 🔔 Open orders
       *[other] 🔔 Open orders ({ $count })
    }
button-orders-plain = 🔔 Open orders
button-history = 🗂 History
button-balance = 💵 Balances
button-accounts = 🔑 Accounts
button-settings = ⚙️ Settings
button-help = ❓ Help
button-refresh = 🔄 Refresh
button-cancel = ✋ Cancel
button-keep = ‹ No, keep it
button-try-again = 🔁 Try again
button-private = Open our private chat
button-keep-days = { $days ->
        [one] { $days } day
       *[other] { $days } days
    }

toast-old-button = This button is from an older menu. Here is a new one.
toast-gone = This is no longer there.
guard-anonymous = Please write as yourself: an anonymous admin or a channel can't own an order. Switch off “Remain anonymous” in your admin rights, or pick yourself next to the message field.
guard-not-allowed = This bot is private. Your Telegram id is { $id }; the bot's owner can let you in.

typed-unasked = I wasn't waiting for a message just now. Here is the menu.
typed-too-long = That is too long: at most { $most } characters.
typed-secret = 🔒 That looked like a key, so I deleted your message. To link an account, open the menu and choose <b>Accounts</b>.
typed-secret-kept = 🔒 That looks like a key. Please delete your message; I can't do it here. Keys belong in our private chat, under <b>Accounts</b>.
reply-here = Reply to this message.

bot-description = Order a phone number at your own SMS-number site, and the code rings here the moment it arrives.
command-order = Order a number
command-orders = Open orders
command-balance = Your balances
command-history = Past orders
command-accounts = Link and manage accounts
command-settings = Language, and how long codes are kept
command-cancel = Stop what you are typing
command-help = How it works
