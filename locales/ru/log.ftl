# /log: что делали с аккаунтами, открытыми для группы.
log-title = 📖 <b>Журнал</b>
log-title-of = 📖 <b>Журнал</b> · { $title }
log-groups = 📖 <b>Журнал</b> · какой группы?
log-no-groups = 📖 <b>Журнал</b>

    Ваши аккаунты ещё не открывались группам, и менеджером вы нигде не назначены.
log-nothing = 📖 <b>Журнал</b>

    Здесь ещё не открывали ни одного аккаунта.
log-empty = Пока ничего не было.
log-head = { $at } · { $what }
log-of-account = 🔑 { $account }
log-somebody = Кто-то
log-ordered = 🛒 <b>{ $name }</b>: { $what } (до { $most })
log-shared = 🤝 <b>{ $name }</b>: аккаунт открыт для группы
log-changed = ⚙️ <b>{ $name }</b>: изменено { $what }
log-changed-who = ⚙️ <b>{ $name }</b>, кто заказывает: { $what }
log-changed-codes = ⚙️ <b>{ $name }</b>, кто видит коды: { $what }
log-changed-admins_act = ⚙️ <b>{ $name }</b>, админы управляют всеми заказами: { $what }
log-changed-topic = ⚙️ <b>{ $name }</b>, где появляются карточки: { $what }
log-who-all = все
log-who-admins = админы группы
log-who-named = названные люди
log-codes-all = все
log-codes-buyer = кто заказал
log-admins_act-True = да
log-admins_act-False = нет
log-topic-none = там, где заказали
log-topic-own = тема { $what }
log-topic-gone = ⚙️ Тему для карточек удалили: теперь они появляются там, где сделан заказ
log-cap-order = 💸 <b>{ $name }</b>, лимит на заказ: { $what }
log-cap-person = 💸 <b>{ $name }</b>, лимит на человека в день: { $what }
log-cap-day = 💸 <b>{ $name }</b>, лимит на день: { $what }
log-cap-month = 💸 <b>{ $name }</b>, лимит на месяц: { $what }
log-no-cap = нет
log-role-manager = 👤 <b>{ $name }</b>: { $whose } теперь менеджер
log-role-buyer = 👤 <b>{ $name }</b>: { $whose } теперь может заказывать
log-role-viewer = 👤 <b>{ $name }</b>: { $whose } теперь только смотрит
log-role-none = 👤 <b>{ $name }</b>: { $whose } больше без отдельной роли
log-asked = 🙋 <b>{ $name }</b>: просьба разрешить заказы
log-left = 🚪 <b>{ $name }</b> больше не в группе
log-nearly-person = ⚠️ { $name }: за день потрачено { $price } из { $most }
log-nearly-day = ⚠️ За день потрачено { $price } из { $most }
log-nearly-month = ⚠️ За месяц потрачено { $price } из { $most }
log-stopped = ⏹ Общий доступ закончился
log-stopped-owner = ⏹ <b>{ $name }</b>: общий доступ закрыт
log-stopped-admin = ⏹ <b>{ $name }</b>, админ группы: общий доступ закрыт
log-stopped-owner-left = ⏹ Общий доступ закончился: владельца больше нет в группе
log-stopped-bot-removed = ⏹ Общий доступ закончился: бота убрали из группы
log-stopped-group-gone = ⏹ Общий доступ закончился: группы больше нет
log-stopped-unlinked = ⏹ Общий доступ закончился: аккаунт отвязан

log-steps = → { $what }
log-step-placed = оформлено за { $price }
log-step-placed-unpriced = оформлено
log-step-refused = сайт отказал
log-step-unknown = ответа нет, удержано { $price }
log-step-code = { $count ->
        [one] { $count } код
        [few] { $count } кода
        [many] { $count } кодов
       *[other] { $count } кода
    }
log-step-ended = закончено
log-step-ended-done = готово
log-step-ended-cancelled = отменено
log-step-ended-expired = время вышло
log-step-refunded = возвращено { $price }
log-step-acted = { $name }: { $act }
log-step-handed-over = перешло владельцу

button-log-newer = ‹ Новее
button-log-older = Старее ›
button-log-file = 📄 Файлом
button-log-month = Этот месяц
button-log-last-month = Прошлый месяц
button-log-week = 7 дней
button-log-all = Всё
button-log-typed = ✎ Другие дни
button-log-groups = ‹ Группы
log-files = 📄 <b>Журнал файлом</b>
    За какие дни? Файл открывается в любой таблице и придёт в ваш личный чат с ботом. Дни считаются по UTC.
log-file = 📖 { $title } · { $what }
log-file-all = 📖 { $title } · всё
log-file-sent = ✅ Файл в вашем личном чате с ботом.
log-file-empty = В эти дни ничего не было, поэтому файла нет.
log-file-closed = Пока не могу вам написать: откройте наш личный чат, нажмите «Старт» и попросите файл там.
button-log-private = 📄 Открыть личный чат
ask-log-days = За какие дни? Введите одну или две даты, например 2026-11-01 2026-11-15.
placeholder-log-days = Например, 2026-11-01 2026-11-15
hint-log-days = ⚠️ Введите одну или две даты, сначала год: например, 2026-11-01 2026-11-15.
toast-log-file = Пишу файл…
toast-log-busy = Ваш файл уже в пути.
command-log = Кто что заказывал в этой группе
