# Ставки на номера, которые ещё не свободны, несколько сразу, и номер, который уже был.
card-bid = 🔨 Ставка: { $price }
card-bids = { $count ->
        [one] 🔨 { $count } ставка, не больше { $price }
        [few] 🔨 { $count } ставки, вместе не больше { $price }
        [many] 🔨 { $count } ставок, вместе не больше { $price }
       *[other] 🔨 { $count } ставки, вместе не больше { $price }
    }
together-withdraw = { $count ->
        [one] ✕ Отозвать { $count } ставку
        [few] ✕ Отозвать все { $count } ставки
        [many] ✕ Отозвать все { $count } ставок
       *[other] ✕ Отозвать все { $count } ставки
    }
together-done = { $act }: { $done } из { $count }
notice-bid-won = 🎉 <b>Ваша ставка выиграла</b>: { $service }. Номер теперь ваш, время идёт.
notice-bid-unfilled = ⌛ <b>{ $service }</b>: за это время номер не освободился. Денег не взяли.
button-same-number = ♻️ Тот же номер ещё раз
