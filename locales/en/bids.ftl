# Bids for numbers that are not free yet, several at once, and a number had before.
card-bid = 🔨 Bid: { $price }
card-bids = { $count ->
        [one] 🔨 { $count } bid, at most { $price }
       *[other] 🔨 { $count } bids, together at most { $price }
    }
together-withdraw = { $count ->
        [one] ✕ Withdraw { $count } bid
       *[other] ✕ Withdraw all { $count } bids
    }
together-done = { $act }: { $done } of { $count }
notice-bid-won = 🎉 <b>Your bid won</b>: { $service }. The number is yours now, its time runs.
notice-bid-unfilled = ⌛ <b>{ $service }</b>: no number became free in time. Nothing was charged.
button-same-number = ♻️ Same number again
