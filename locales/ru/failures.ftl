# Что пошло не так и что нажать дальше.
error-unexpected = 😕 У нас что-то сломалось. Прежде чем пробовать снова, загляните в /orders.
toast-too-fast = 🐢 Telegram больше не принимает сюда сообщения. Подождите { $seconds ->
        [one] { $seconds } секунду.
        [few] { $seconds } секунды.
        [many] { $seconds } секунд.
       *[other] { $seconds } секунды.
    } Коды приходят.
error-detail = <i>Сайт ответил: «{ $detail }»</i>
error-refused = ⚠️ { $site } отказал.
error-bad-key = 🔑 { $site } не принимает ключ. Проверьте его в разделе <b>Аккаунты</b>.
error-no-numbers = 📭 На { $site } сейчас нет такого номера. Попробуйте через минуту или выберите другое.
error-no-funds = 💸 На вашем балансе в { $site } мало денег. Пополните его там и попробуйте снова.
error-not-allowed = ✋ { $site } здесь этого не разрешает.
error-conflict = ↔️ Заказ уже изменился. Посмотрите на его карточку.
error-invalid = ✋ { $site } этого не принимает. Обновите список и выберите снова.
error-not-found = 🔍 { $site } не знает такого заказа (или уже забыл).
error-unavailable = 📭 { $site } сейчас не может: нет номеров или не работает поставщик. Попробуйте через минуту.
error-rate-limited = 🐢 Слишком много запросов к { $site }. { $seconds ->
        [0] Попробуйте через минуту.
        [one] Попробуйте через { $seconds } секунду.
        [few] Попробуйте через { $seconds } секунды.
        [many] Попробуйте через { $seconds } секунд.
       *[other] Попробуйте через { $seconds } секунды.
    }
error-no-answer = 🔌 { $site } не отвечает.
error-no-answer-unreachable = 🔌 До { $site } не достучаться. Ничего не отправлено.
error-no-answer-timeout = 🔌 { $site } не ответил вовремя.
error-no-answer-not-json = 🔌 { $site } прислал страницу вместо ответа. Возможно, там ремонт.
error-no-answer-server-error = 🔌 У { $site } свои неполадки.
error-no-answer-too-big = 🔌 { $site } прислал слишком много.
error-no-answer-bad-shape = 🔌 { $site } ответил непонятно.
error-no-answer-cut = 🔌 { $site } оборвал связь, не успев ответить.
error-no-answer-queue = ⏳ Другой заказ с этого аккаунта занял слишком много времени, поэтому этот не отправлен.
error-no-answer-redirect = 🔌 { $site } отправляет нас на другой адрес. С вашим ключом мы туда не пойдём.
error-forged = ⚠️ { $site } отказал.
error-malformed = ⚠️ { $site } отказал.
error-unclear = 🤷 У { $site } нет записи о том, сделано ли это. Загляните туда, прежде чем повторять.

notice-group-closed = 🚪 Бота убрали из «{ $title }». Ваши открытые заказы оттуда, как и их коды, теперь здесь.
told-gone = Этого уже нет. Начните заново из меню.
told-not-yours = Это не ваше.
told-not-now = Заказ уже изменился: сейчас так нельзя.
told-barred = Для этого сервиса сайт так не делает.
told-already-linked = Этот ключ уже привязан: «{ $name }».
told-bad-name = Название — от 1 до 30 символов.
told-unfinished = Выбрано ещё не всё.
told-price-rose = ⚠️ Цена выросла с { $confirmed } до { $now }. Ничего не куплено; посмотрите и подтвердите ещё раз.
