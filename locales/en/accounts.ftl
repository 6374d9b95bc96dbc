# Linking and managing accounts.
accounts = <b>Your accounts</b>
accounts-none =
    <b>No accounts yet</b>

    Link one to order numbers with it. Your money stays at the site; Pinbell only uses your key.
account-name = { $name }
account-name-at = { $name } <i>({ $site })</i>
account-title = 🔑 <b>{ $account }</b>
account-balance = 💵 { $balance } ({ $at })
account-bad-key = ⚠️ The site refuses this key. Replace it to order again.
account-checked = ✅ The key works.
account-hook =
    <b>Faster codes:</b> paste this webhook address into your settings at { $site }. Keep it to yourself.
    <code>{ $url }</code>
account-hook-works = ✅ Webhooks arrive.
button-link = ➕ Link an account
button-link-first = ➕ Link an account
button-open-site = Open { $site } ↗
button-order-here = 📱 Order a number
button-check = ✅ Check
button-rename = ✏️ Rename
button-replace-key = 🔁 Replace key
button-unlink = 🗑 Unlink
button-unlink-sure = Yes, unlink
button-copy-hook = 📋 Copy the webhook address

link-choose-site = <b>Which site is your account at?</b>
link-again = Nothing was stored. Choose the site to try again.
linked = ✅ <b>{ $site } is linked.</b> The key is stored encrypted.
key-replaced = ✅ <b>Key replaced.</b> The new one is stored encrypted.
key-not-deleted = ⚠️ I couldn't delete your message with the key. Please delete it yourself.
credential-odd = ⚠️ That doesn't look like what { $site } gives out. Nothing was sent to the site. Please try again.
ask-api_key = 🔑 <b>Your API key at { $site }</b>
ask-user = 👤 <b>Your user name or email at { $site }</b>
ask-safe = 🔒 Your message is deleted at once, and the key is stored encrypted.
where-gearsms = It's at GearSMS under <i>API Settings</i>.
where-gsim = It's at gsim.io under <i>Dashboard → API keys</i> and begins with <code>2s_</code>.
where-smsgig = It's in your dashboard at SMSGig.
where-getsms = It's at getsms.online under <i>Account → Profile</i>. A new key has to be confirmed by email.
where-gotsms = It's on your profile page at GotSMS: enable API access, then press <i>Generate Token</i>.
paste-api_key = Paste your key here 👇
paste-user = Type it here 👇
placeholder-api_key = API key
placeholder-user = User name or email
ask-name = ✏️ A new name for <b>{ $name }</b> (up to 30 characters):
placeholder-name = Name
unlink-ask = { $open ->
        [0] Unlink <b>{ $name }</b> ({ $site })? Its key is deleted.
        [one] Unlink <b>{ $name }</b> ({ $site })? { $open } open order is still watched to its end, then the key is deleted.
       *[other] Unlink <b>{ $name }</b> ({ $site })? { $open } open orders are still watched to their end, then the key is deleted.
    }
toast-unlinked = Unlinked.
private-only = 🔒 Your accounts, keys and figures are only for our private chat.

balance-title = <b>Balances</b>
balance-line = { $name }: <b>{ $balance }</b>
balance-failed = { $name }: { $why }
short-refused = the site refused
short-bad-key = ⚠️ the key is refused
short-no-numbers = no balance given
short-no-funds = the balance is too low
short-not-allowed = not allowed by the site
short-conflict = no balance given
short-invalid = not accepted by the site
short-not-found = not found at the site
short-unavailable = the site can't right now
short-rate-limited = asked too often, try again in a minute
short-no-answer = the site doesn't answer
short-forged = no balance given
short-malformed = no balance given
short-unclear = no balance given
notice-bad-key = ⚠️ The site refuses the key of <b>{ $name }</b>. Open orders stay visible; to order again, replace the key under /accounts.
