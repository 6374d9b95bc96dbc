# The bot in groups: coming, going, moving.
group-hello = 👋 Hi! I get numbers for SMS codes here, paid for with accounts that people lend to this group.
group-hello-share = Lend one and set its limits with the button below. I need no admin rights.
button-shared-here = 🤝 Shared here
button-share-here = 🤝 Share an account here
notice-group-muted = 🔇 I may not write in “{ $title }” any more. Your open orders there go on here, and so do their codes.

# Codes in groups: who ordered, and what they alone see.
card-for = 👤 For { $name }
code-kept = { $count ->
        [one] ✅ The code came · only { $name } sees it
       *[other] ✅ { $count } messages came · only { $name } sees them
    }
code-buyer-unnamed = the one who ordered
code-shown = 🔑 <b>{ $service }</b>
button-show-code = 👁 Show me the code
button-get-code = 🔑 Get the code
notice-code-waits = 🔑 { $name }, your code came, but I may not write to you yet. Open our private chat, and it comes at once.
toast-code-of = Only { $name } sees this code.
toast-no-code-yet = No code yet. It comes by itself.
toast-code-in-private = It's in our private chat now.
toast-code-waits = It waits in our private chat: open it and press Start.
