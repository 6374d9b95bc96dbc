# Карточка заказа, уведомления, списки заказов.
card-title = 📱 <b>{ $service }</b> · { $account }
card-picks = <i>{ $picks }</i>
card-number = ☎️ <code>{ $number }</code>
card-code = 🔑 Код: <b><code>{ $code }</code></b>
card-status = { $mark } { $status }
card-price = 💵 { $price }
card-refunded = 💵 Возвращено { $price }
card-ends = ⏱ Закончится { $at }
card-online = 🟢 На связи; уснёт { $till }
card-asleep = 😴 Спит: разбудите, чтобы получать коды
card-trouble = ⚠️ { $site } сейчас не отвечает. Pinbell продолжает проверять.
card-deleted = <i>Сообщения удалены по сроку из ваших настроек.</i>
state-bidding = <b>Ставка сделана, ждём номер</b>
state-waiting = <b>Ждём код</b>
state-received = <b>Код пришёл</b>; могут прийти ещё
state-done = <b>Готово</b>
state-cancelled = <b>Отменён</b>
state-expired = <b>Время вышло</b>
state-unknown = <b>Открыт</b>; такого статуса у сайта мы ещё не видели
button-copy-number = 📋 { $number }
button-copy-code = 📋 { $code }
button-look = 🔄 Проверить
button-again = 🔁 Заказать ещё
button-sure-pay = { $act } за { $price }
act-cancel = ✕ Отменить
act-withdraw = ✕ Отозвать ставку
act-ban = 🚫 В бан
act-report = 🚩 Пожаловаться
act-reuse = ♻️ Взять снова
act-reactivate = ♻️ Взять снова
act-finish = ✓ Завершить
act-wake = ⏰ Разбудить
act-status = 📶 Статус
act-refund = ↩️ Вернуть деньги
ask-ban = Забанить этот номер? Заказ закончится, { $site } вернёт деньги.
ask-refund = Попросить { $site } вернуть деньги? Если сайт согласится, номера больше не будет.
ask-report = Пожаловаться, что номер не работает? Заказ закончится.
ask-reuse = Взять этот номер ещё раз? Это новый заказ, примерно за { $price }.
ask-reactivate = Взять этот номер ещё раз? Это снова полная цена: { $price }.
act-failed = { $act }: { $why }
unsure-act = Если это всё же сделано, карточка это покажет. Можно нажать ещё раз.
toast-looking = Проверяю…

push-code = 🔔 { $service }: <b><code>{ $code }</code></b>
push-text = 🔔 { $service }: сообщение
push-number = ☎️ { $number }
push-deleted = 🔔 { $service }: пришло сообщение, но срок его хранения истёк, и оно удалено.
push-repeated = <i>(повтор: первое сообщение могло не дойти)</i>
notice-expired = ⌛ <b>{ $service }</b>: время вышло, код не пришёл.
notice-expired-refunded = Возвращено { $price }.
notice-expired-check = { $site } возвращает деньги по своим правилам; что вернулось, покажет /balance.

orders-open = <b>Открытые заказы</b>
orders-none = <b>Открытых заказов нет</b>
orders-unknown = ❔ { $site }, { $at }: на заказ (до { $price }) так и не пришёл ответ. Проверьте свои заказы на сайте.
history-title = { $count ->
        [one] <b>История</b> · { $count } заказ
        [few] <b>История</b> · { $count } заказа
        [many] <b>История</b> · { $count } заказов
       *[other] <b>История</b> · { $count } заказа
    }
history-none = <b>Здесь появятся прошлые заказы</b>
history-line = { $mark } { $at } · { $service } · { $site } { $price }
history-refunded = (возвращено { $price })
orders-unknown-act = ❔ { $site }, { $at }: неизвестно, выполнено ли «{ $act }». Посмотрите карточку номера.
