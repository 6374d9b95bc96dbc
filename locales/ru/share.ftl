# Аккаунт для группы: /share, /limits, /members и что узнаёт владелец.
command-share = Дать группе доступ к аккаунту
command-limits = Лимиты и сколько осталось
command-members = Кто может заказывать в группе

share-here =
    👥 <b>Аккаунты в этой группе</b>
    Откройте группе свой или посмотрите те, что уже открыты.
share-here-lent =
    👥 <b>Аккаунты в этой группе</b>
    Эти открыты группе.
share-here-none = 👥 Здесь нет общих аккаунтов, и своего у вас пока нет. Привяжите его в личном чате и отправьте здесь /share ещё раз.
share-mine =
    👥 <b>Общие аккаунты</b>
    Откройте аккаунт группе: другие заказывают с него в пределах ваших лимитов.
share-mine-none = 👥 Сначала привяжите аккаунт — потом его можно открыть группе.
share-a-group = группа
share-somebody = Кто-то
button-share-open = 👥 Открыть группе
button-share-begin = ➕ Открыть группе { $name }
button-share-pick = ➕ Выбрать группу ↗

share-begun = ✅ <b>Готово.</b>
share-title = 👥 { $account } в группе <b>{ $group }</b>
share-now-all = Заказывать могут все в группе{ $upto }.
share-now-admins = Заказывать могут админы группы и те, кого назначил владелец{ $upto }.
share-now-named = Заказывать могут только те, кого назначил владелец{ $upto }.
share-upto-both = : до { $order } за заказ и до { $day } в день
share-upto-order = : до { $order } за заказ
share-upto-day = : до { $day } в день
share-codes-buyer = Код видит только тот, кто заказал.
share-codes-all = Коды видят все в группе.
share-ended = 🚪 Этой группе он больше не открыт.
button-share-who-all = 🛒 Заказывают: все ›
button-share-who-admins = 🛒 Заказывают: админы группы ›
button-share-who-named = 🛒 Заказывают: кого я назначу ›
button-share-codes-buyer = 🔔 Коды видит: кто заказал ›
button-share-codes-all = 🔔 Коды видят: все ›
button-share-admins-yes = 🛠 Админы отменяют: да
button-share-admins-no = 🛠 Админы отменяют: нет
button-share-topic-any = 📌 Карточки: где заказано
button-share-topic-this = 📌 Карточки: в этой теме
button-share-topic-other = 📌 Карточки: в другой теме
button-share-limits = 💸 Лимиты
button-share-members = { $count ->
        [0] 👤 Участники
       *[other] 👤 Участники · просятся: { $count }
    }
button-share-log = 📖 Журнал
button-share-stop = 🚪 Закрыть доступ
button-share-stop-sure = Да, закрыть доступ

share-ask-who =
    🛒 <b>Кто может заказывать с { $account }?</b>
    Роль, которую вы дали человеку в разделе «Участники», важнее этого правила.
share-choose-who-all = Все в группе
share-choose-who-admins = Админы группы
share-choose-who-named = Только те, кого я назначу
share-ask-codes =
    🔔 <b>Кто видит коды?</b>
    Если «Только заказавший», группа видит, что код пришёл, но не сам код.
share-choose-codes-buyer = Только заказавший
share-choose-codes-all = Все в группе
share-ask-stop = 🚪 Закрыть группе <b>{ $group }</b> доступ к { $account }? Заказывать с него там больше никто не сможет. Открытые заказы дойдут до конца, журнал останется.
share-stopped = 🚪 { $account } больше не открыт группе <b>{ $group }</b>.

share-limits = 💸 <b>Лимиты</b> · { $account } в группе <b>{ $group }</b>
share-limits-days = Дни и месяцы начинаются в полночь по UTC.
share-limits-none = В этой группе нет общих аккаунтов. /share откроет ей ваш.
share-left-order = Один заказ: не дороже { $most }
share-left-person = Вы сегодня: { $spent } из { $most }, осталось <b>{ $left }</b>
share-left-day = Группа сегодня: { $spent } из { $most }, осталось <b>{ $left }</b>
share-left-month = Группа в этом месяце: { $spent } из { $most }, осталось <b>{ $left }</b>
share-free-order = Один заказ: без лимита
share-free-person = Вы сегодня: без лимита
share-free-day = Группа сегодня: без лимита
share-free-month = Группа в этом месяце: без лимита
button-share-cap-order = Один заказ: { $most }
button-share-cap-person = Один человек в день: { $most }
button-share-cap-day = Группа в день: { $most }
button-share-cap-month = Группа в месяц: { $most }
button-share-lift-mine = Вернуть лимит владельца
share-ask-cap-order = Сколько долларов может стоить здесь один заказ, не больше? Напишите число, например 2.50.
share-ask-cap-person = Сколько долларов может потратить здесь один человек в день, не больше? Напишите число, например 5.
share-ask-cap-day = Сколько долларов может потратить вся группа в день, не больше? Напишите число, например 20.
share-ask-cap-month = Сколько долларов может потратить вся группа в месяц, не больше? Напишите число, например 200.
share-cap-owners = Лимит владельца — { $most }: ваш может быть только ниже.

members-title = 👤 <b>Участники</b> · { $account } в группе <b>{ $group }</b>
members-owner = 👑 Аккаунт открыл <b>{ $name }</b>.
members-line-asks = 🙋 <b>{ $name }</b> просит разрешить заказы
members-line-manager = 🛠 <b>{ $name }</b>, менеджер
members-line-buyer = 🛒 <b>{ $name }</b>, покупатель
members-line-viewer = 👀 <b>{ $name }</b>, зритель
members-mark-asks = просится
members-mark-manager = менеджер
members-mark-buyer = покупатель
members-mark-viewer = зритель
members-how = Чтобы дать человеку роль, ответьте в группе на его сообщение командой /members.
members-none-yours = 👤 Ни один ваш аккаунт не открыт группе.
members-choose = 👤 <b>Участники</b> — где?
members-role-of = 👤 Роль для <b>{ $name }</b> — в каком аккаунте?
members-nobody = У этого сообщения нет автора, которому можно дать роль: оно от бота или анонимное.
role-title = 👤 <b>{ $name }</b> · { $account } в группе <b>{ $group }</b>
role-asks = 🙋 Просит разрешить заказы.
role-about =
    <b>Менеджер</b> заказывает, снижает лимиты, читает журнал.
    <b>Покупатель</b> заказывает при любом правиле группы.
    <b>Зритель</b> смотрит, но не заказывает.
    <b>Без роли</b> — как велит правило группы.
role-manager = Менеджер
role-buyer = Покупатель
role-viewer = Зритель
role-none = Без роли
role-saved = ✅ Сохранено.

notice-asks-in = 🙋 <b>{ $name }</b> из группы <b>{ $group }</b> просит разрешить заказы с { $account }.
button-asks-buyer = ✅ Разрешить
button-asks-viewer = 👀 Только смотреть
button-asks-no = ✋ Нет
asks-answered-buyer = ✅ <b>{ $name }</b> теперь может заказывать с { $account } в группе <b>{ $group }</b>.
asks-answered-viewer = 👀 <b>{ $name }</b> видит { $account } в группе <b>{ $group }</b>, но не заказывает.
asks-answered-no = ✋ <b>{ $name }</b> не получает доступа к { $account } в группе <b>{ $group }</b>.
asks-late = На этот вопрос уже ответили, или <b>{ $name }</b> больше не в группе.
notice-let-in = ✅ { $who }, теперь вы можете заказывать здесь с { $account }: /order
ask-settle-head = 👥 <b>{ $name }</b> в группе <b>{ $group }</b>, с { $account }:
ask-settle =
    ❔ <b>{ $site } не ответил.</b>
    Пока никто не знает, куплен ли номер. Могло списаться { $price } ({ $at }).

    Решаете только вы; группа увидит, чем кончилось.
ask-settle-placed = ✅ Номер куплен. Карточка — в группе <b>{ $group }</b>.
notice-nearly-person = 💸 <b>{ $group }</b>: <b>{ $name }</b> — потрачено { $spent } из { $most } за сегодня с { $account }.
notice-nearly-day = 💸 <b>{ $group }</b>: за сегодня потрачено { $spent } из { $most } с { $account }.
notice-nearly-month = 💸 <b>{ $group }</b>: за месяц потрачено { $spent } из { $most } с { $account }.
notice-no-funds = 💸 На { $account } мало денег: { $site } отказал группе <b>{ $group }</b>. Пополните баланс на сайте.
notice-topic-gone = 📌 В группе <b>{ $group }</b> удалили тему для карточек. Карточки заказов с { $account } теперь появляются там, где сделан заказ.
notice-handed-over = { $count ->
        [one] 🚪 <b>{ $name }</b> больше не в группе <b>{ $group }</b>. { $count } открытый заказ с { $account } продолжается здесь, у вас.
        [few] 🚪 <b>{ $name }</b> больше не в группе <b>{ $group }</b>. { $count } открытых заказа с { $account } продолжаются здесь, у вас.
        [many] 🚪 <b>{ $name }</b> больше не в группе <b>{ $group }</b>. { $count } открытых заказов с { $account } продолжаются здесь, у вас.
       *[other] 🚪 <b>{ $name }</b> больше не в группе <b>{ $group }</b>. { $count } открытого заказа с { $account } продолжаются здесь, у вас.
    }
notice-share-ended-owner-left = 🚪 Вы вышли из группы <b>{ $group }</b>, поэтому { $account } ей больше не открыт. Открытые заказы дойдут до конца.
notice-share-ended-admin = 🚪 <b>{ $name }</b>, админ группы <b>{ $group }</b>, закрыл ей доступ к { $account }. Открытые заказы дойдут до конца.
notice-share-ended-bot-removed = 🚪 Бота удалили из группы <b>{ $group }</b>, поэтому { $account } ей больше не открыт. Открытые заказы дойдут до конца.
notice-share-ended-unlinked = 🚪 { $account } отвязан, поэтому группе <b>{ $group }</b> он больше не открыт. Открытые заказы дойдут до конца.
notice-share-ended-group-gone = 🚪 Группы <b>{ $group }</b> больше нет, поэтому { $account } ей не открыт. Открытые заказы дойдут до конца.
