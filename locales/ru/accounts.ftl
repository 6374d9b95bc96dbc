# Привязка аккаунтов и управление ими.
accounts = <b>Ваши аккаунты</b>
accounts-none =
    <b>Аккаунтов пока нет</b>

    Привяжите аккаунт, чтобы заказывать через него номера. Деньги остаются на сайте, Pinbell пользуется только вашим ключом.
account-name = { $name }
account-name-at = { $name } <i>({ $site })</i>
account-title = 🔑 <b>{ $account }</b>
account-balance = 💵 { $balance } ({ $at })
account-bad-key = ⚠️ Сайт не принимает этот ключ. Замените его, чтобы снова заказывать.
account-checked = ✅ Ключ работает.
account-hook =
    <b>Чтобы коды приходили быстрее,</b> вставьте этот адрес вебхука в настройках на { $site }. Никому его не показывайте.
    <code>{ $url }</code>
account-hook-works = ✅ Вебхуки приходят.
button-link = ➕ Привязать аккаунт
button-link-first = ➕ Привязать аккаунт
button-open-site = Открыть { $site } ↗
button-order-here = 📱 Заказать номер
button-check = ✅ Проверить
button-rename = ✏️ Назвать иначе
button-replace-key = 🔁 Сменить ключ
button-unlink = 🗑 Отвязать
button-unlink-sure = Да, отвязать
button-copy-hook = 📋 Скопировать адрес вебхука

link-choose-site = <b>На каком сайте ваш аккаунт?</b>
link-again = Ничего не сохранено. Выберите сайт и попробуйте ещё раз.
linked = ✅ <b>{ $site } привязан.</b> Ключ хранится в зашифрованном виде.
key-replaced = ✅ <b>Ключ заменён.</b> Новый хранится в зашифрованном виде.
key-not-deleted = ⚠️ Не получилось удалить ваше сообщение с ключом. Пожалуйста, удалите его сами.
credential-odd = ⚠️ Это не похоже на то, что выдаёт { $site }. На сайт ничего не отправлено. Попробуйте ещё раз.
ask-api_key = 🔑 <b>Ваш API-ключ на { $site }</b>
ask-user = 👤 <b>Ваш логин или email на { $site }</b>
ask-safe = 🔒 Ваше сообщение сразу удаляется, а ключ хранится в зашифрованном виде.
where-gearsms = Он на GearSMS в разделе <i>API Settings</i>.
where-gsim = Он на gsim.io в разделе <i>Dashboard → API keys</i> и начинается с <code>2s_</code>.
where-smsgig = Он в вашем кабинете на SMSGig.
where-getsms = Он на getsms.online в разделе <i>Account → Profile</i>. Новый ключ нужно подтвердить по почте.
where-gotsms = Он в вашем профиле на GotSMS: включите доступ к API и нажмите <i>Generate Token</i>.
paste-api_key = Вставьте ключ сюда 👇
paste-user = Напишите сюда 👇
placeholder-api_key = API-ключ
placeholder-user = Логин или email
ask-name = ✏️ Новое название для <b>{ $name }</b> (до 30 символов):
placeholder-name = Название
unlink-ask = { $open ->
        [0] Отвязать <b>{ $name }</b> ({ $site })? Ключ будет удалён.
        [one] Отвязать <b>{ $name }</b> ({ $site })? За { $open } открытым заказом мы ещё проследим до конца, потом ключ будет удалён.
        [few] Отвязать <b>{ $name }</b> ({ $site })? За { $open } открытыми заказами мы ещё проследим до конца, потом ключ будет удалён.
        [many] Отвязать <b>{ $name }</b> ({ $site })? За { $open } открытыми заказами мы ещё проследим до конца, потом ключ будет удалён.
       *[other] Отвязать <b>{ $name }</b> ({ $site })? За { $open } открытыми заказами мы ещё проследим до конца, потом ключ будет удалён.
    }
toast-unlinked = Отвязано.
private-only = 🔒 Ваши аккаунты, ключи и суммы — только в личном чате с ботом.

balance-title = <b>Балансы</b>
balance-line = { $name }: <b>{ $balance }</b>
balance-failed = { $name }: { $why }
short-refused = сайт отказал
short-bad-key = ⚠️ ключ не принят
short-no-numbers = сайт не назвал баланс
short-no-funds = на балансе мало денег
short-not-allowed = сайт этого не разрешает
short-conflict = сайт не назвал баланс
short-invalid = сайт этого не принял
short-not-found = на сайте не найдено
short-unavailable = сайт сейчас не может
short-rate-limited = слишком много запросов, попробуйте через минуту
short-no-answer = сайт не отвечает
short-forged = сайт не назвал баланс
short-malformed = сайт не назвал баланс
short-unclear = сайт не назвал баланс
notice-bad-key = ⚠️ Сайт не принимает ключ аккаунта <b>{ $name }</b>. Открытые заказы видны по-прежнему; чтобы заказывать снова, замените ключ: /accounts.
