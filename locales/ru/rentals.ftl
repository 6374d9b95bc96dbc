# Номера на дни и месяцы, их настройки и то, что хранят сайты.
rentals-open = <b>Ваши арендованные номера</b>
rentals-none =
    <b>Пока ничего не арендовано</b>

    Возьмите номер на день или на месяц: всё это время он ваш, и каждое сообщение прозвенит здесь.
rentals-past = { $count ->
        [0] <b>Прошлых аренд нет</b>
        [one] <b>Прошлые аренды</b> · { $count } номер
        [few] <b>Прошлые аренды</b> · { $count } номера
        [many] <b>Прошлые аренды</b> · { $count } номеров
       *[other] <b>Прошлые аренды</b> · { $count } номера
    }
button-rentals = { $count ->
        [0] 📞 Аренда
       *[other] 📞 Аренда ({ $count })
    }
button-rent = 📞 Арендовать номер
button-past-rentals = 🗂 Прошлые аренды ({ $count })
button-rent-another = 🔁 Арендовать ещё
command-rentals = Арендованные номера
rent-choose = <b>Где и какой номер?</b>
rent-nowhere =
    <b>Привяжите аккаунт, чтобы арендовать номера</b>

    Номера сдают: { $what }.

rental-name = Арендованный номер
rental-waiting = <b>Готов</b>; сообщения прозвенят здесь
rental-received = <b>Ваш</b>; сообщения прозвенят здесь
rental-released = <b>Возвращён</b>
rental-ended = <b>Срок вышел</b>
rental-ends = ⏱ Закончится { $till } ({ $at })
rental-renews = 🔁 Продлится сам { $till } ({ $at })
rental-renews-for = 🔁 Продлится сам { $till } ({ $at }) за { $price }
rental-settings = ⚙️ <b>Настройки</b>
card-waking = ⏰ Просыпается: готов { $till }
switch-on = { $act }: вкл. ✓
switch-off = { $act }: выкл.
ask-twice = ⚠️ Это не отменить. <b>{ $number }</b> пропадёт навсегда, и все коды, которые ещё пришли бы на него. Точно?
notice-rental-ends = ⏱ <b>{ $name }</b> скоро закончится.
notice-rental-lost = После этого { $site } отдаст номер другим.
notice-rental-ended = ⌛ <b>{ $name }</b>: срок аренды вышел, { $site } отдаст номер другим. Что пришло, осталось на карточке.

# Что сайты хранят об аккаунте или о номере.
journal-orders = 🗂 Заказы на сайте
journal-rentals = 📞 Аренды на сайте
journal-transactions = 💵 Операции
journal-messages = ✉️ Сообщения
journal-calls = 📲 Звонки
journal-title = <b>{ $what }</b> · { $whose }
journal-number = <code>{ $number }</code>
journal-only = Только: <b>{ $what }</b>
journal-page = Страница { $number }
journal-empty = { $site } здесь ничего не показывает.
journal-adopted = ✅ Теперь под наблюдением: сообщения прозвенят здесь.
record-number = <code>{ $number }</code>
record-name = <b>{ $name }</b>
record-word = <i>{ $what }</i>
record-seconds = { $seconds ->
        [one] { $seconds } секунда
        [few] { $seconds } секунды
        [many] { $seconds } секунд
       *[other] { $seconds } секунды
    }
record-text = <blockquote>{ $text }</blockquote>
button-at-site = 🌐 На сайте: { $name }
button-adopt = 👁 Следить за { $number }
toast-adopting = Смотрю…

# Цены до привязки аккаунта.
teaser = 🏷 <b>{ $site } продаёт, например:</b>
teaser-line = { $service } от { $price }

# gsim.io
line-gsim-rentals = 📅 Номера на месяц
about-gsim-rentals = <b>На месяц</b>: ваш собственный номер, который принимает и отправляет SMS и звонки.
choice-number_type = Тип
choice-capability = Умеет
choice-contains = Цифры в номере
choice-monthly_price = Базовая цена
unset-capability = что угодно
unset-contains = любые
choose-number_type = <b>Какой тип номера?</b>
choose-capability = <b>Что должен уметь номер?</b>
choose-contains = <b>Какие цифры должны быть в номере?</b>
choose-monthly_price = <b>Сколько он может стоить в месяц без наценки сайта?</b>
type-country = <b>Напишите код страны</b>: две буквы, например <code>US</code>.
type-contains = <b>Напишите, что должно быть в номере</b>, например <code>555</code>.
type-monthly_price =
    <b>Напишите самую высокую базовую цену за месяц</b> в долларах, например <code>1.15</code>.
    Сайт не называет её заранее и добавляет свою наценку: в его примере из $1.15 получается $1.50.
list-or-type-country = Нет в списке? Напишите две буквы страны, например <code>US</code>.
list-or-type-contains = Выберите из списка или напишите.
list-or-type-monthly_price = Выберите из списка или напишите.
hint-country = ⚠️ В коде страны две буквы, например US.
hint-contains = ⚠️ От двух до двенадцати цифр или букв, например 555.
hint-monthly_price = ⚠️ Цена в долларах, например 1.15.

rule-markup-by-site = ⚠️ { $site } добавит к этой цене свою наценку и назовёт её только потом.
rule-fee-by-site = ⚠️ { $site } берёт за это плату и не называет её заранее.
rule-renews = 🔁 Оплата помесячная. { $site } может продлевать сам: смотрите «Автопродление» в карточке номера.

act-send_sms = ✉️ Отправить SMS
act-auto_renew = 🔁 Автопродление
act-call = 📞 Позвонить
act-forwarding = ↪️ Переадресация
act-voicemail = 📼 Автоответчик
act-rename = ✏️ Переименовать
act-release = 🗑 Отказаться от номера
ask-release = Отказаться от номера? Он пропадёт сразу, и вернуть его нельзя. О возврате денег { $site } ничего не говорит.
choice-to = Кому
choice-body = Текст
choice-forwarding = Звонки идут на
choice-voicemail = Автоответчик
choice-friendly_name = Название
choose-to = <b>На какой номер?</b>
choose-body = <b>Что написать?</b>
choose-forwarding = <b>Куда направлять звонки?</b>
choose-voicemail = <b>Могут ли звонящие оставить сообщение?</b>
choose-friendly_name = <b>Как назвать номер?</b>
type-to = <b>Напишите номер</b> с + и кодом страны, например <code>+14155551234</code>.
type-body = <b>Напишите текст SMS</b>, до 1600 знаков.
type-forwarding = <b>Напишите номер, на который пойдут звонки</b>, например <code>+905551234567</code>.
type-friendly_name = <b>Напишите название номера</b>, до 64 знаков.
list-or-type-to = Выберите из списка или напишите.
list-or-type-body = Выберите из списка или напишите.
list-or-type-forwarding = Напишите номер, например <code>+905551234567</code>, или выключите.
list-or-type-friendly_name = Выберите из списка или напишите.
hint-to = ⚠️ Номер начинается с + и кода страны, например +14155551234.
hint-body = ⚠️ В SMS от 1 до 1600 знаков.
hint-forwarding = ⚠️ Номер начинается с + и кода страны, например +905551234567.
hint-friendly_name = ⚠️ В названии от 1 до 64 знаков, в одну строку.

word-gsim-orders-PENDING = ждёт кода
word-gsim-orders-RECEIVED = код пришёл
word-gsim-orders-CANCELLED = отменён
word-gsim-orders-BANNED = заблокирован
word-gsim-orders-REFUNDED = деньги возвращены
word-gsim-orders-EXPIRED = время вышло
word-gsim-rentals-ACTIVE = активен
word-gsim-rentals-PENDING_RENEWAL = пора продлить
word-gsim-rentals-EXPIRED = закончился
word-gsim-rentals-CANCELLED = возвращён

# GearSMS
line-gearsms-ltr = 📅 Аренда · 3–30 дней
about-gearsms-ltr = <b>Аренда</b>: ваш собственный номер США на 3–30 дней для всех кодов одного сервиса. За код города на выбор — ещё 2,50 $.
choice-duration = Срок
choose-duration = <b>На какой срок?</b>
rule-ends-for-good = ⚠️ Продлить нельзя: после срока номер пропадёт.

# GotSMS
act-transition = ⏫ Оставить дольше
choice-longer_plan = План подлиннее
choose-longer_plan = <b>Какой план подлиннее?</b>
quote-renewal = 🔁 С автопродлением каждый следующий срок стоит { $price }. Пока не включите, оно выключено.
error-not-allowed-daily-plan = ✋ На план подлиннее переходит только номер, снятый посуточно.
error-not-allowed-monthly-plan = ✋ { $site } сам продлевает только планы на 1, 3, 6 или 12 месяцев.
error-not-allowed-no-refund = ✋ { $site } (уже) не вернёт деньги за этот номер.

# SMSGig: его слова о деньгах.
word-smsgig-transactions-purchase = покупка
word-smsgig-transactions-refund = возврат
word-smsgig-transactions-deposit = пополнение

option-Local = Местный
option-Mobile = Мобильный
option-TollFree = Бесплатный для звонящих
option-sms = SMS
option-voice = Звонки
option-both = SMS и звонки
option-on = Вкл.
option-off = Выкл.
