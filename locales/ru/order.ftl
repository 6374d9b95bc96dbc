# Заказ: виды номеров, выбор, цена, что получилось.
order-choose-account = <b>С какого аккаунта платим?</b>
order-nobody-pays = 👋 Заказы в этой группе пока не с чего оплатить. Кто привязал аккаунт в личном чате с ботом, может открыть его группе: /share.
order-may-not = 🙋 Этой группе открыт аккаунт, и его владелец решает, кто с него заказывает. Вам пока нельзя: попросите одной кнопкой.
order-in-topic = 🧵 Карточка этого заказа — в теме, которую выбрал владелец.
order-own-limit = 🛑 Это больше лимита, который вы задали себе сами. Он в личном чате с ботом, в /settings.
button-ask-owner = 🙋 Попросить владельца
toast-asked-owner = 🙋 Владелец получил просьбу. Как только он согласится, заказывайте: /order.
toast-asked-before = Владелец уже знает — или вам уже можно: попробуйте /order.
quote-left-order = Лимит в этой группе: { $most } на один заказ.
quote-left-person = У вас в этой группе на сегодня осталось { $left } из { $most }.
quote-left-day = У группы на сегодня осталось { $left } из { $most }.
quote-left-month = У группы на месяц осталось { $left } из { $most }.
order-choose-line = <b>{ $account }</b> · какой нужен номер?
line-gearsms-s1 = 🇺🇸 S1 · по штату
line-gearsms-s2 = 🇺🇸 S2 · по коду региона, оператору
line-gearsms-global = 🌍 Global · много стран
line-gsim-numbers = 🌍 Номера
line-smsgig-s1 = 🇺🇸 Номера
line-getsms-numbers = 🇺🇸 Номера
line-gotsms-numbers = 📅 Номера на дни и месяцы
about-gearsms-s1 = <b>S1</b>: номера США на 15 минут, из любого штата или из нужного.
about-gearsms-s2 = <b>S2</b>: номера США; по желанию код региона (+65 %) и оператор (+25 %).
about-gearsms-global = <b>Global</b>: номера многих стран.
about-gsim-numbers = Номера многих стран.
about-smsgig-s1 = Номера США.
about-getsms-numbers = Номера США.
about-gotsms-numbers = Номера на дни и месяцы.

choice-service = Сервис
choice-state = Штат
choice-area_code = Код региона
choice-country = Страна
choice-operator = Оператор
choice-carrier = Оператор
choice-plan = Срок
choice-number = Номер
choice-markup = Ставка
choices-service = Сервисы
unset-state = любой
unset-area_code = любой
unset-operator = любой
unset-carrier = любой
unset-number = любой
unset-markup = нет
choose-service = <b>Какой сервис?</b>
choose-state = <b>Какой штат?</b>
choose-area_code = <b>Какой код региона?</b>
choose-country = <b>Какая страна?</b>
choose-operator = <b>Какой оператор?</b>
choose-carrier = <b>Какой оператор?</b>
choose-plan = <b>На какой срок?</b>
choose-number = <b>Какой номер?</b>
choose-markup = <b>Сколько вы добавите?</b>
type-area_code = <b>Напишите код региона</b>: три цифры, например <code>212</code>.
type-carrier = <b>Напишите оператора</b>, например <code>T-Mobile</code>. Списка сайт не даёт.
type-number = <b>Напишите номер</b>, который у вас уже был: десять цифр, например <code>5302286946</code>.
type-markup = <b>Напишите надбавку</b>: целое число от 10 до 2000.
list-or-type-markup = Ставка сработает, если свободных номеров сейчас нет. Выберите рекомендованную надбавку или напишите число от 10 до 2000.
list-or-type-area_code = Выберите из списка или напишите три цифры.
list-or-type-carrier = Выберите из списка или напишите.
list-or-type-number = Выберите из списка или напишите.
hint-area_code = ⚠️ В коде региона три цифры, например 212.
hint-carrier = ⚠️ В названии оператора бывают латинские буквы, цифры, пробелы, «&amp;» и «-».
hint-number = ⚠️ В номере США десять цифр.
hint-markup = ⚠️ Надбавка — целое число от 10 до 2000.
list-hint = Для поиска напишите часть названия.
list-found = { $count ->
        [one] По запросу «{ $query }» найден { $count } вариант.
        [few] По запросу «{ $query }» найдено { $count } варианта.
        [many] По запросу «{ $query }» найдено { $count } вариантов.
       *[other] По запросу «{ $query }» найдено { $count } варианта.
    }
list-nothing = По запросу «{ $query }» ничего нет. Попробуйте написать иначе.
list-empty = У { $site } здесь сейчас ничего нет.
list-stale = ⚠️ { $site } сейчас не отвечает; этот список от { $at }.
price-from = от { $price }
stock = { $count } шт.
recommended = рекомендуется
crumb-site = 📍 <b>{ $site }</b>
crumb = { $what }: <b>{ $name }</b>
button-search = 🔍 Поиск
button-all = ✕ Показать все
button-optional = { $what }: { $unset }
button-optional-adds = { $what }: { $unset } (+{ $price })
button-another-service = ➕ Ещё один сервис ({ $count } из { $most })
toast-search = Просто напишите часть названия.
toast-refreshing = Спрашиваю у сайта…
toast-option-gone = Список изменился. Выберите, пожалуйста, снова.
placeholder-search = Напишите сюда

quote-price = Цена: <b>{ $price }</b>
surcharge = в том числе { $what }: { $price }
quote-balance = Ваш баланс: { $balance }
quote-balance-low = ⚠️ На балансе не хватает: { $balance }
quote-stock = { $count ->
        [0] ⚠️ Сейчас нет в наличии
       *[other] В наличии: { $number }
    }
quote-lasts = { $minutes ->
        [one] Номер ваш на { $minutes } минуту
        [few] Номер ваш на { $minutes } минуты
        [many] Номер ваш на { $minutes } минут
       *[other] Номер ваш на { $minutes } минуты
    }
quote-lasts-hours = { $hours ->
        [one] Номер ваш на { $hours } час
        [few] Номер ваш на { $hours } часа
        [many] Номер ваш на { $hours } часов
       *[other] Номер ваш на { $hours } часа
    }
quote-lasts-days = { $days ->
        [one] Номер ваш на { $days } день
        [few] Номер ваш на { $days } дня
        [many] Номер ваш на { $days } дней
       *[other] Номер ваш на { $days } дня
    }
button-buy = Купить за { $price }
toast-ordering = Заказываю…
rule-refund-on-cancel = ✅ Отмена до прихода кода: деньги вернутся.
rule-refund-on-expiry = ✅ Код не пришёл вовремя: деньги вернутся сами.
rule-refund-ask = ℹ️ Можно попросить вернуть деньги; решает { $site }.
rule-no-cancel = ⚠️ Для этого сервиса отменить нельзя: номер живёт до конца срока.
rule-no-report = ⚠️ Для этого сервиса пожаловаться нельзя.
rule-always-charged = ⚠️ Оплата в любом случае, даже если код не придёт.
rule-several-codes = ✅ Может прийти несколько кодов.
rule-surcharges-unsure = ℹ️ { $site } не говорит, как складываются две надбавки: вы заплатите одну из этих сумм или что-то между ними.
rule-price-by-site = ℹ️ { $site } назначает цену при заказе: не больше показанной.
rule-bid = 🔨 Это ставка: если свободных номеров нет, она ждёт номер до 30 минут. Побеждает самая высокая.
rule-sleeps = 😴 Этот номер спит. Pinbell разбудит его сразу после покупки.

outcome-sending = ⏳ <b>Заказываю…</b>
outcome-not-charged = Деньги не списаны.
outcome-unknown =
    ❔ <b>{ $site } не ответил.</b>
    Пока никто не знает, куплен ли номер. Могло списаться { $price } ({ $at }, аккаунт { $account }).

    Сам Pinbell заново не закажет. Если ответ или код всё же придёт, вы увидите его здесь.
finding-looking = 🔎 Ищу заказ на { $site }…
outcome-owner-asked = 🔎 Выясняю и спрашиваю владельца аккаунта в личном чате.
finding-several = 🔎 На { $site } подходят несколько заказов. Какой из них ваш?
finding-charged = 💵 { $site } списал { $price }, но номер не сообщил.
finding-not-charged = 💵 { $site } не показывает списания: скорее всего, номер не куплен.
finding-fell = 💵 Баланс уменьшился на { $price }: скорее всего, номер куплен, но { $site } его не сообщил.
finding-steady = 💵 Баланс прежний: скорее всего, номер не куплен.
finding-absent = ✅ На { $site } такого заказа нет: ничего не куплено, деньги не списаны.
finding-dismissed = Отмечено как некупленный. Если заказ всё же найдётся на { $site }, он появится здесь.
outcome-support =
    Если деньги пропали, отправьте это в поддержку { $site }:
    <blockquote>Заказ без ответа: { $wish }, { $at }, до { $price }.</blockquote>
button-mine = ✓ { $number }
button-not-bought = ✕ Номер не куплен

# Действия с заказом, которые сначала о чём-то спрашивают.
crumb-act = <b>{ $act }</b>
outcome-acting = ⏳ Выполняется …
act-done = { $act }: готово ✅
act-kept = Ничего не изменилось.
button-card = К номеру

# Чего никто не знает о действии с номером.
outcome-act-unknown = ❔ { $site } не ответил: пока неизвестно, выполнено ли «{ $act }».
outcome-act-price = Могло списаться до { $price }.
outcome-act-fee = Могла списаться плата.
outcome-act-looking = 🔎 Проверяю на { $site }…
button-not-done = ✕ Не выполнено
