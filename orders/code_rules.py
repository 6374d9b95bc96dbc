"""The words and shapes by which a code is found in an SMS, for people to read and to extend.

Each table of words names languages and their words, commas between them, in small letters. A word stands
for itself alone; a star says that letters may go on there: `verif*` is also "verification", `*kod*` is also
"verifieringskoden". Words are looked for from left to right, the longest first, and none inside another:
that is how "promo code" and "postcode" in OTHER_CODE keep CODE from seeing their "code".

An accented Latin word also stands for itself without accents, as many senders write it; one of up to four
letters then without its stars, or `*kód*` would find a "Skoda".
"""

import re
import unicodedata
from enum import Enum
from functools import cache
from typing import TypeAlias

Words: TypeAlias = dict[str, str]

BY_LENGTH = {3: 0.0, 4: 2.0, 5: 2.5, 6: 3.0, 7: 2.0, 8: 1.0, 9: -1.0, 10: -1.0}
"""What so many digits in a row weigh by themselves. Fewer or more are no code."""

SURE_SPLIT = {(3, 3): 3.0, **{(1,) * length: 2.0 for length in range(4, 9)}}
"""What groups of digits weigh that hyphens or spaces keep apart: "551-903", "5 5 1 9 0 3"."""

SPLIT = SURE_SPLIT | {
    (2, 2, 2): 1.0, (2, 2, 2, 2): 0.0, (2, 3): 0.0, (2, 3, 2): 0.0, (3, 2): 0.0, (3, 3, 3): 0.0,
    (3, 4): 0.0, (4, 3): 0.0, (4, 4): 0.0, (5, 5): -1.0,
}  # fmt: skip
"""The same with groups that count only close to a word for the code. Others are phones, cards, parcels."""

PHONE_DIGITS = 9
"""So many digits in groups are all of a phone or a card, not a code beside another number."""

NOT_TYPED = frozenset({"g"})
"""Letters with a hyphen before a code that nobody types: "G-551903"."""

GLUED_WORDS = ("on", "er", "is", "es", "je", "ist", "est", "adalah", "ni", "to")
"""Words that some senders forget to keep off the code: "551903on sinu kood"."""

GLUED_UNITS = frozenset(
    {"st", "nd", "rd", "th", "k", "m", "g", "s", "p", "h", "x", "px", "d", "hz", "w", "v"}
)
"""What makes a number with letters no code, beside the words of UNIT and MONEY: "1080p"."""


class Mark(Enum):
    """What a word in a message says of the numbers near it."""

    __hash__ = object.__hash__  # Enum's own is Python; sets of marks are made for every message

    CODE = "names a code"
    VERIFY = "speaks of proving who one is; where no word names a code, it stands close by or there are two"
    ENTER = "asks to type something; like VERIFY, but advertisements ask for it, too"
    OTHER_CODE = "a code that lets nobody in: a discount, a place, an order"
    THING = "something whose number comes after it: an order, a card's end, a flight"
    NUMBER = "the word number: the code's after a word of CODE, else another thing's"
    CALL = "something to call or to write to"
    UNIT = "what was counted, after its number"
    MONEY = "a currency, on either side"
    PROMO = "the message sells something, so its codes are discounts"


CODE: Words = {
    "en": "*code*, otp*, *passcode*, password*, passphrase, pin, pins, tan, token*, mpin, tac, "
    "unlock number, pin number, verification number, authentication number, verification key, "
    "security number, one-time number, one-time key",
    "de": "transaktionsnummer, *passwort*, *kennwort*, mobiletan, smstan, mtan, pushtan, chiptan",
    "es": "código*, clave*, contraseña*, nip",
    "pt": "senha*, palavra-passe",
    "fr": "mot de passe, mots de passe",
    "it": "codice*, codici",
    "nl": "wachtwoord*, pincode",
    "pl": "kod, kodu, kodem, hasło*, hasła",
    "tr": "kod, kodu*, kodun*, kodum*, *şifre*, parola*",
    "ro": "cod, codul*, codului, parolă, parola*",
    "cs sk": "kód*, heslo*, hesla",
    "hu": "*kód*, kodja, kodod, kodjat, jelszó*, jelszav*",
    "sv": "*kod, *koden, *lösenord*",
    "da nb af eu": "*kode, *koden, *kodea, passord*, adgangsord*",
    "fi": "*koodi*, *salasana*, tunnusluku*, tunnusluvu*",
    "et": "*kood, *koodi, parool*",
    "lv lt": "kods, kodas, kodą, kodo, parole, slaptažod*",
    "hr sr sl sq": "kôd*, kod, koda, kodi, šifra*, lozinka*, geslo*, fjalëkalim*",
    "is ga cy gd fo mt kab": "kodiċi, còd, *kota, tangalt*, *kóð*, lykilorð*, chód, cód",
    "ca gl sc eo ast oc": "códigu*, còdi, codi, còdighe*, *kodo, contrasenya*",
    "sw zu": "msimbo*, nambari yako ya, *khodi*, nenosiri*",
    "id ms tl": "kode, kod, *sandi, kata laluan",
    "az uz": "kodunuz*, kodi*, kodingiz*, şifrə*, parol*",
    "vi": "mã, ma so, ma cua ban, ma otp, ma pin, ma xac*, ma kich*, ma bao*, mật khẩu, mat khau, otp",
    "ru": "*код, *кода, *коды*, *кодом, *коду, парол*, пин, kod, parol*, kod podtverzhdeniya",
    "uk be": "*код, *коду, парол*",
    "bg mk sr mn kk": "*код*, кôд*, шифра, лозинка",
    "el": "κωδικ*, κωδικός*, συνθηματικ*",
    "he": "*קוד*, *סיסמ*",
    "ar ug": "*رمز*, *كود*, كلمة المرور, كلمة مرور, كلمة السر, *الرقم السري*",
    "fa": "*کد*, *رمز*, گذرواژه*, پسورد",
    "ur": "*کوڈ*, او ٹی پی, پاس ورڈ",
    "hi mr ne": "*सांकेत*, *कोड*, *पिन नंबर*, *ओटीपी*, *ओ.टी.पी*, *पासवर्ड*, *पुष्टि संख्या*, *कूट*",
    "bn": "*কোড*, *ওটিপি*, *পাসওয়ার্ড*, *পিন*",
    "gu pa": "*કોડ*, *ઓટીપી*, *ਕੋਡ*, *ਓਟੀਪੀ*",
    "ta": "*குறியீ*, *கடவுச்சொ*, *ஓடிபி*",
    "te kn": "*కోడ్*, *ఓటీపీ*, *ఓటిపి*, *ಕೋಡ್*, *ಒಟಿಪಿ*",
    "ml si": "*കോഡ*, *ഒടിപി*, *කේත*",
    "th lo": "*รหัส*, *ລະຫັດ*, *โอทีพี*",
    "km my": "*កូដ*, *ကုဒ်*, *ကုတ်*",
    "ka hy am": "*კოდ*, *პაროლ*, *կոդ*, *գաղտնաբառ*, *ኮድ*",
    "ps ku sd so tg": "*کوډ*, *کۆد*, *ڪوڊ*, *koodka*, рамз*",
    "zh": "*验证码*, *驗證碼*, *校验码*, *校驗碼*, *动态码*, *動態碼*, *密码*, *密碼*, *口令*, *认证码*, "
    "*認證碼*, *确认码*, *確認碼*, *授权码*, *授權碼*, *激活码*, *代码*, *代碼*, *安全码*, *安全碼*, "
    "*登录码*, *登錄碼*, *登入碼*, *识别码*, *取件码*, *取貨碼*, *取货码*, *提货码*, *随机码*, *短信码*, "
    "*检验码*, *驗證號*, *效验码*",
    "ja": "*コード*, *認証番号*, *確認番号*, *暗証番号*, *パスワード*, *ワンタイムパス*, *認証キー*",
    "ko": "*인증번호*, *인증 번호*, *코드*, *비밀번호*, *암호*, *확인번호*, *인증문자*",
}

VERIFY: Words = {
    "en": "verif*, confirm, confirming, authent*, authori*, auth, log in, log-in, logging in, login*, "
    "log on, logon, sign in, sign-in, signing in, signin*, activat*, security, one-time, "
    "one time, onetime, single-use, temporary, reset*, to approve, unlock, two-factor, two factor, 2fa, "
    "2-step, two-step",
    "de": "bestätig*, verifizier*, authentifizier*, anmeld*, einlogg*, freigabe*, sicherheits*, "
    "überprüf*, einmal*",
    "fr": "vérif*, confirmer, valider, connexion, connecter, authentif*, sécurité, usage unique",
    "es pt": "verific*, confirmar, confirme, iniciar sesión, autentic*, autoriz*, acceder, acceso, "
    "acesso, entrar, seguridad, segurança, ativa*, activa*, confirmação, validar",
    "it": "conferm*, accedere, accesso, sicurezza",
    "nl": "bevestig*, inlog*, in te loggen, aanmeld*, eenmalig*, beveilig*, verificatie*",
    "pl": "weryfik*, potwierd*, autoryz*, logow*, zalog*, uwierzyteln*, jednoraz*",
    "tr az uz": "doğrula*, onay*, giriş*, tek kullanımlık, təsdiq*, tasdiq*",
    "cs sk sl hr": "ověř*, overov*, overit*, potvr*, přihl*, prihl*, prijav*, autent*",
    "hu": "ellenőrz*, hitelesít*, megerősít*, erősítse meg, belép*, bejelentkez*, egyszer*",
    "ro": "autentific*, verificare",
    "sv da nb is": "bekräft*, bekræft*, bekreft*, logga in, logge inn, logge ind, inlogg*, innlogg*, "
    "engång*, engang*, godkend*, staðfest*",
    "fi et": "vahvist*, kirjaudu*, kertakäyt*, kinnit*, autentimis*",
    "lv lt": "apstiprin*, patvirtin*",
    "el": "επαλήθευσ*, επιβεβαί*, σύνδεσ*, πιστοπο*, μιας χρήσης",
    "ru": "подтвер*, вход*, войти, авториз*, одноразов*, верифик*, активац*",
    "uk be bg sr kk mn": "підтвер*, вхід, входу, одноразов*, пацвяр*, потвр*, потвърж*, растау, "
    "баталгаажуул*",
    "id ms sw": "verifikasi, konfirmasi, pengesahan, sahkan, *thibiti*",
    "vi": "xác thực, xác minh, xác nhận, xac thuc, xac minh, xac nhan, đăng nhập, dang nhap",
    "ar ur": "*تحقق*, *تأكيد*, *تاكيد*, *تفعيل*, *تسجيل الدخول*, *تصدیق*",
    "fa": "*تایید*, *تأیید*, *ورود*, *فعال سازی*, *فعالسازی*",
    "he": "*אימות*, *כניסה*, *חד פעמי*",
    "hi mr ne": "*सत्यापन*, *लॉगिन*, *पुष्टि*, *प्रमाणीकरण*, *वन टाइम*",
    "bn": "*যাচাই*, *লগইন*, *নিশ্চিত*",
    "th": "*ยืนยัน*, *เข้าสู่ระบบ*",
    "zh": "*验证*, *驗證*, *登录*, *登錄*, *登入*, *确认*, *認證*, *认证*, *校验*, *一次性*",
    "ja": "*認証*, *確認*, *ログイン*",
    "ko": "*인증*, *로그인*, *본인확인*",
}

ENTER: Words = {
    "en": "sign up, signup, key in, open with, enter, entering, use, using, type, typing, input",
    "de nl": "geben sie, gib, eingeben, gebruik, voer",
    "fr": "saisissez, saisir, entrez, tapez, utilisez",
    "es pt it ro": "introduce, introduzca, introduza, ingresa*, ingrese, usa, utiliza*, utilice, insira, "
    "digite, inserisci, inserire, introdu*",
    "pl cs sk": "wpisz, podaj, zadejte, zadajte",
    "sv da nb fi el": "ange, angiv, indtast, skriv inn, syötä, εισάγετε",
    "ru uk": "введите, введіть, укажите",
    "id vi tr": "masukkan, gunakan, nhập, nhap, girin*",
    "ar fa he hi": "*أدخل*, *ادخل*, *استخدم*, *وارد کنید*, *הזן*, *הזינו*, *दर्ज करें*",
    "zh ja ko th": "*输入*, *輸入*, *填写*, *入力*, *입력*, *กรอก*",
}

OTHER_CODE: Words = {
    "en": "promo code*, promocode*, promotional code, promotion code, discount code, coupon*, voucher*, "
    "gift code, gift card, offer code, referral*, referral code, invite code, invitation code, "
    "reward code, zip code, zipcode*, zip, postal code, post code, postcode*, area code, country code, "
    "qr code*, qr-code*, bar code*, barcode*, dress code, source code, sort code, swift code, bic code, "
    "ifsc*, product code, purchase code, item code, tax code, error code, status code, code of conduct, "
    "tracking code, booking code, reservation code, order code, branch code, airport code, colour code, "
    "color code, customer code, code review, reference code, member code, employee code, merchant code, "
    "transaction code, micr code, store code, redemption code, redeem code, short code, shortcode*, "
    "ussd code",
    "es pt": "código postal, código de descuento, código promo*, código de desconto, cupón*, cupom*, "
    "código de barras, código de seguimiento, código de rastr*, código de reserva, código de pedido, "
    "código descuento, código de cliente, código de envío, código de envio",
    "fr": "code postal, code promo*, code de réduction, code réduction, code avantage, code barre*, "
    "code-barre*, code client, code cadeau, code de réservation, code de suivi, code établissement",
    "de nl": "gutschein*, gutscheincode*, rabattcode*, aktionscode*, postleitzahl, plz, kortingscode*, "
    "actiecode*, strichcode, fehlercode, buchungscode*, boekingscode*, bankleitzahl, blz",
    "it": "codice postale, codice sconto, codice promo*, codice fiscale, codice a barre, codice ordine, "
    "codice cliente, codice prenotazione, codice spedizione, codice tracking, buono sconto",
    "pl cs": "kod pocztowy, kod rabatowy, kod promocyjny, kodem rabatowym, kodu rabatowego, slevový kód*, "
    "psč",
    "tr": "indirim kodu*, posta kodu, promosyon kodu*, kampanya kodu*, hediye kodu*, referans kodu*, "
    "takip kodu*",
    "ru uk": "промокод*, почтовый индекс, индекс*, індекс*, штрих-код*, штрихкод*, qr-код*, купон*, "
    "код города, код заказа, код бронирования, код товара, код ошибки",
    "ro hu": "cod promo*, cod postal, codul promo*, codul postal*, cod de reducere, kuponkód*, irányítószám*",
    "sv da nb fi": "rabattkod*, rabatkode*, rabattkode*, postnummer, alennuskoodi*, postinumero*",
    "el": "εκπτωτικός κωδικός, ταχυδρομικός κώδικας, κουπόνι*, τ.κ.",
    "id": "kode promo*, kode pos, kode voucher, kode booking, kode pesanan, kode diskon, kode unik, "
    "kode bayar, kode pembayaran, kode transaksi",
    "vi": "mã giảm giá, mã đơn*, mã vận đơn, mã khuyến mãi, mã đặt chỗ, mã ưu đãi, mã khách hàng, mã gd, "
    "mã giao dịch, ma gd, ma giao dich, ma giam gia, ma don*, ma uu dai",
    "ar": "*كود الخصم*, *كود خصم*, *رمز الخصم*, *رمز خصم*, *الرمز البريدي*, *رمز الطلب*, *رمز الحجز*, "
    "*كوبون*",
    "fa": "*کد تخفیف*, *کدتخفیف*, *کد پستی*, *کدپستی*, *کد رهگیری*, *کد پیگیری*, *کد سفارش*, *کد مرسوله*, "
    "*کد ملی*",
    "he hi": "*קוד קופון*, *קוד הנחה*, *מיקוד*, *पिन कोड*, *कूपन*, *प्रोमो कोड*",
    "zh": "*优惠码*, *優惠碼*, *折扣码*, *折扣碼*, *兑换码*, *兌換碼*, *邮政编码*, *二维码*, *條碼*, "
    "*条码*, *邀请码*, *邀請碼*, *优惠券*, *预约码*, *付款码*, *会员码*",
    "ja": "*クーポンコード*, *qrコード*, *プロモーションコード*, *プロモコード*, *バーコード*, "
    "*郵便番号*, *割引コード*",
    "ko": "*쿠폰*, *우편번호*, *할인코드*, *할인 코드*, *바코드*, *qr코드*",
    "th": "*รหัสไปรษณีย์*, *โค้ดส่วนลด*, *รหัสส่วนลด*",
}

THING: Words = {
    "en": "order*, card, cards, account, accounts, acct, a/c, acc, booking*, reservation*, flight*, "
    "invoice*, bill, case, ticket*, ref, ref., refno, reference*, tracking*, parcel*, package*, "
    "shipment*, id, iban, policy, contract, customer*, member*, room, gate, seat, "
    "locker, store, bus, train, coach, platform, terminal, plate, apt, suite, floor, street, box, "
    "incident*, report*, receipt*, prescription*, trxid, txn*, transaction*, trx, rrn, utr, sn, serial*, "
    "model, version, ip, imei, ending, ending in, ending with, ends, ends in, ends with, last four, "
    "balance*, bal, amount*, amt, total, due, copyright, year, request, request id, date, "
    "password protected, since, stand, stop id, policy no, awb, pnr, claim*, docket, "
    "lot, after, before, until, till, expires, expires in, expires on",
    "de nl": "bestellung*, bestellnummer*, bestelling*, bestelnummer*, karte*, kaart*, konto*, rekening*, "
    "rechnung*, factuur*, buchung*, boeking*, flug*, vlucht*, sendung*, zending*, paket*, pakket*, "
    "packstation, kundennummer*, klantnummer*, vertragsnummer*, auftrag*, endend auf, endziffern, betrag, "
    "guthaben, termin, vorgang*",
    "fr": "commande*, carte*, compte*, facture*, réservation*, vol, colis*, suivi*, référence*, "
    "se terminant par, finissant par, dossier*, solde*, montant*",
    "es pt": "pedido*, tarjeta*, cartão*, cuenta*, conta, factura*, fatura*, reserva*, vuelo*, voo*, "
    "ref*, referencia*, terminada en, termina en, terminado em, terminado en, final, guía*, envío*, "
    "encomenda*, paquete*, pacote*, expediente*, protocolo*, saldo*, importe, monto, valor, folio",
    "it": "ordine*, carta, conto, fattura*, prenotazione*, volo*, spedizione*, pacco*, n., pratica*, importo",
    "pl cs sk": "zamówieni*, karta*, karty, kartą, konto*, konta, rachun*, faktur*, paczk*, paczkomat*, "
    "przesył*, rezerwacj*, lot, kwot*, objednávk*, kartou, kartě, účtu, účet, zásilk*, zásielk*, "
    "částk*, zůstatek",
    "tr": "sipariş*, kart*, hesap*, fatura*, kargo*, takip*, mersis*, rezervasyon*, uçuş*",
    "ro hu": "comand*, factur*, colet*, zbor*, sold, rendelés*, kárty*, számla*, csomag*, járat*, "
    "egyenleg*, awb",
    "sv da nb fi": "ordre*, kort*, faktura*, paket*, pakke*, pakken, avi, bokning*, flyg*, tilau*, tili*, "
    "lasku*, paketti*, lähety*, varau*, lento*, bestilling*",
    "hr sr": "narudžb*, kartic*, račun*, poziv na broj, pošiljk*",
    "ru": "заказ*, карт*, счёт*, счет*, брон*, рейс*, посылк*, отправлен*, трек*, накладн*, обращен*, "
    "заявк*, договор*, полис*, квитанц*, билет*, поезд*, кабинет*, отделени*, ул., дом, кв., баланс*, "
    "сумм*, остаток, доступно, талон*",
    "uk bg": "замовлен*, картк*, рахун*, посилк*, відділен*, накладн*, поръчк*, сметк*, пратк*",
    "el": "παραγγελί*, κάρτα*, λογαριασμ*, πτήση*, αποστολή*, υπόλοιπο*, ποσό*",
    "id ms vi": "pesanan*, resi*, kartu*, tagihan*, akaun*, kad, đơn hàng*, don hang*, tk, thẻ, "
    "tài khoản, so du, số dư, sd, chuyến bay",
    "ar": "*طلب*, *بطاقة*, *بطاقت*, *حساب*, *شحن*, *فاتورة*, *رحلة*, *مبلغ*, *رصيد*, *موعد*, *حجز*, *تاريخ*",
    "fa ur": "*سفارش*, *کارت*, *مانده*, *مرسوله*, *آرڈر*, *اکاؤنٹ*",
    "he": "*הזמנה*, *כרטיס*, *חשבון*, *משלוח*, *חבילה*, *תור*, *יתרה*, *סך*, *המסתיים*",
    "hi bn": "*ऑर्डर*, *खाते*, *कार्ड*, *शेष*, *राशि*, *অর্ডার*, *একাউন্ট*, *অ্যাকাউন্ট*, *কার্ড*",
    "th": "*พัสดุ*, *บัญชี*, *ยอด*, *บัตร*, *คำสั่งซื้อ*",
    "zh": "*订单*, *訂單*, *快件*, *运单*, *单号*, *單號*, *尾号*, *尾號*, *末四码*, *末四碼*, *卡号*, "
    "*卡號*, *账户*, *帳戶*, *航班*, *余额*, *餘額*, *金额*, *金額*, *手机号*, *编号*, *編號*, *包裹*, "
    "*流水号*",
    "ja": "*口座*, *カード*, *残高*, *金額*",
    "ko": "*주문*, *운송장*, *송장*, *예약*, *카드*, *계좌*, *잔액*, *누적*, *승인*",
}

NUMBER: Words = {
    "everywhere": "no, no., nr, nr., num, №, n°, nº, n.º",
    "en de nl": "number, numbers, nummer",
    "fr es pt it ro": "numéro*, número*, numero*, numărul*",
    "pl cs sk hu": "numer*, číslo, számú",
    "tr az hr sw": "numara*, nömrə*, broj*, nambari",
    "ru uk": "номер*",
    "el": "αριθμ*",
    "vi id": "số, nomor*",
    "ar fa ur he": "*رقم*, *شماره*, *نمبر*, *מספר*",
    "hi bn": "*नंबर*, *নম্বর*, *নাম্বার*",
    "th": "*หมายเลข*, *เลขที่*",
    "zh ja ko": "*号码*, *號碼*, *番号*, *번호*",
}

CALL: Words = {
    "en": "call, calling, tel, tel., telephone*, phone*, mobile, cell, dial, hotline*, helpline*, text, "
    "txt, stop, reply*, send, contact*, fax, fwd from, whatsapp us, sms block, support, sent to, "
    "sending to",
    "es pt fr it": "llame, llama, llamar, llámanos, teléfono*, telefone*, telefono*, envía, envie, ligue, "
    "appelez, tél, tél., rdv, chiama, chiamare, numero verde, baja, atención al cliente, service client, "
    "servizio clienti, sac",
    "de nl": "kundenservice, klantenservice, anrufen, rufen, bel, bellen",
    "pl cs sk hu": "zadzwoń, infolini*, volejte, hívja, infolinka, ügyfélszolgálat*",
    "tr": "arayın*, ret için, bilgi, müşteri hizmetleri",
    "ru uk bg": "позвоните, звоните, тел, тел., телефон*, наберите, зателефонуйте, поддержк*, отправьте, "
    "смс на, звъннете, горячая линия, гаряча лінія, служба поддержки",
    "el fi sv da": "καλέστε, τηλ*, soita, puh*, ring, ringa, ring til",
    "id vi": "hubungi, telp*, lien he, liên hệ, gọi",
    "ar fa he": "*اتصل*, *هاتف*, *أرسل*, *ارسل*, *للاستفسار*, *تماس*, *تلفن*, *پشتیبانی*, *טלפון*, *התקשר*",
    "zh ja ko th": "*致电*, *拨打*, *请拨*, *电话*, *電話*, *客服*, *回复*, *回復*, *热线*, *問い合わせ*, "
    "*문의*, *전화*, *기사*, *โทร*",
    "hi bn": "*कॉल*, *কল*",
}

UNIT: Words = {
    "en": "%, minute*, min, mins, hour*, hrs, seconds, sec, days, day, weeks, months, years, pm, am, gb, "
    "mb, km, kg, points, pts, times, people, persons, nights, guests, items, litres, miles, steps, "
    "digits, ml, cm, followers, views, likes, messages",
    "de fr es pt it nl": "uhr, minuten, stunden, tage, punkte, heures, jours, points, minutos, horas, "
    "días, dias, puntos, pontos, minuti, ore, giorni, punti, uur, dagen, punten",
    "ru uk": "минут*, мин, час*, дн*, бонус*, балл*, год*, г., хвилин*, днів, шт",
    "pl cs tr": "minut*, godz*, dni, punkt*, bodů, dakika*, saat*, gün, puan*",
    "id vi": "menit, jam, hari, poin, phút, ngày, điểm",
    "ar fa he": "*دقيقة*, *دقائق*, *ساعة*, *نقطة*, *دقیقه*, *امتیاز*, *דקות*, *נקודות*",
    "hi bn th": "*मिनट*, *अंक*, *মিনিট*, *পয়েন্ট*, *นาที*, *คะแนน*",
    "zh ja ko": "*分钟*, *分鐘*, *小时*, *积分*, *積分*, *年*, *分間*, *ポイント*, *포인트*, *년*",
}

MONEY: Words = {
    "symbols": "$, €, £, ¥, ￥, ₹, ₽, ₺, ₩, ₫, ₪, ₴, ₦, ฿, ﷼, ₸, ₼, ₾, ৳",
    "everywhere": "usd, eur, gbp, inr, rs, rs., pkr, bdt, aed, sar, egp, kwd, qar, omr, jod, ils, try, "
    "tl, rub, rur, uah, byn, kzt, uzs, pln, zł, zl, czk, kč, huf, ft, ron, lei, bgn, sek, nok, dkk, isk, "
    "kr, kr., chf, jpy, cny, rmb, twd, hkd, krw, vnd, vnđ, đ, idr, rp, rp., myr, rm, sgd, php, thb, baht, "
    "mxn, brl, ars, cop, clp, usdt, btc, eth, ngn, kes, ksh, zar, ghs, euro, euros, dollars, pounds, "
    "rupees, cad, aud, nzd",
    "ru uk bg kk": "р, р., руб*, рубл*, грн*, лв*, тг, тенге, сум",
    "ar fa he": '*ريال*, *ریال*, *تومان*, *درهم*, *جنيه*, *دينار*, *دولار*, *ش"ח*, *ש"ח*, *שקל*',
    "hi bn th": "रु, रु., *रुपये*, *টাকা*, *টাকার*, *บาท*",
    "zh ja ko": "*元*, *人民币*, *円*, *원*",
}

PROMO: Words = {
    "en": "*% off, promo, discount*, sale, checkout, cashback, free shipping, special offer, off your",
    "de nl": "rabatt*, rabat, aktion, korting*",
    "es pt fr it ro": "descuento*, desconto*, oferta*, promo, promoción*, réduction*, remise*, soldes, "
    "sconto*, saldi, reducere, profitez",
    "pl cs hu tr": "zniżk*, promocj*, sleva*, slevu, kedvezmén*, indirim*, kampanya*",
    "ru uk bg": "скидк*, акци*, распродаж*, знижк*, отстъпк*",
    "sv da nb fi el": "rea, tilbud*, alennus*, έκπτωσ*, προσφορ*",
    "id vi": "diskon*, promo, giảm giá, khuyến mãi, giam gia, khuyen mai, ưu đãi",
    "ar fa he hi": "*خصم*, *عروض*, *تخفیف*, *הנחה*, *מבצע*, *छूट*",
    "zh ja ko th": "*优惠*, *優惠*, *促销*, *折扣*, *大促*, *割引*, *セール*, *할인*, *ส่วนลด*",
}

TABLES = {
    Mark.CODE: CODE,
    Mark.VERIFY: VERIFY,
    Mark.ENTER: ENTER,
    Mark.OTHER_CODE: OTHER_CODE,
    Mark.THING: THING,
    Mark.NUMBER: NUMBER,
    Mark.CALL: CALL,
    Mark.UNIT: UNIT,
    Mark.MONEY: MONEY,
    Mark.PROMO: PROMO,
}
"""Where a word stands in several, the first counts."""

Found: TypeAlias = tuple[int, int, Mark]
"""Where a word begins and ends in a text, and what it says."""

_Tree: TypeAlias = dict[str, "_Tree"]

_LETTER = r"[^\W\d_]"
_NO_LETTER_AFTER = f"(?!{_LETTER})"
_WHOLE, _OPEN = "", "*"
"""Keys of a tree's leaves: the word ends here, or letters may follow."""


def find_words(text: str) -> list[Found]:
    """All words of the tables in a text of small letters, in the order in which they stand."""
    pattern = _pattern(_script(text))
    return [(match.start(), match.end(), _MARKS[match[0]]) for match in pattern.finditer(text)]


def mark_of(word: str) -> Mark | None:
    """What a word in small letters says, if it is one of the tables' without its stars."""
    return _MARKS.get(word)


def _plain(word: str) -> str:
    """Without accents if it is Latin: other scripts' marks are letters of their own."""
    letters = unicodedata.normalize("NFD", word.translate(str.maketrans("ıłđøə", "ildoe")))
    bare = "".join(letter for letter in letters if not unicodedata.combining(letter))
    return bare if bare.isascii() else word


def _read() -> dict[str, tuple[Mark, bool, bool]]:
    """Each word's mark, and whether letters may stand before and after it."""
    words: dict[str, tuple[Mark, bool, bool]] = {}
    for mark, languages in TABLES.items():
        for entry in ", ".join(languages.values()).split(", "):
            word = entry.strip("*")
            for form in (word, _plain(word)):
                first, before, after = words.get(form, (mark, False, False))
                has_stars = form == word or len(form) > 4
                if first is mark:
                    before |= has_stars and entry.startswith("*")
                    words[form] = (mark, before, after or (has_stars and entry.endswith("*")))
    return words


def _script(text: str) -> str:
    """Whose words can stand in a text: ASCII's, a script's (each has the Latin ones as well), or all."""
    if text.isascii():
        return _ASCII
    foreign = _NOT_LATIN.search(text)
    if foreign is None:
        return _LATIN
    own = next(script for script, letters in _LETTERS_OF.items() if letters.match(foreign[0]))
    return _ALL if _OTHER_SCRIPTS[own].search(text, foreign.end()) else own


@cache
def _pattern(script: str) -> re.Pattern[str]:
    """One pattern that walks along all words of a script at once, letter by letter.

    Each of its branches begins with a letter, so that places where no word begins are passed over fast.
    Made when it is first needed: it takes some hundredths of a second.
    """
    at_start: _Tree = {}
    anywhere: _Tree = {}
    for word, (_, before, after) in _words_of(script).items():
        branch = anywhere if before or not word[0].isalpha() else at_start
        for letter in word:
            branch = branch.setdefault(letter, {})
        branch[_OPEN if after or not word[-1].isalpha() else _WHOLE] = {}
    firsts = []
    for letter in dict.fromkeys([*at_start, *anywhere]):
        char = re.escape(letter)
        rests = []
        if letter in at_start:
            rests.append(f"(?<!{_LETTER}{char}){_branches(at_start[letter])}")
        if letter in anywhere:
            rests.append(_branches(anywhere[letter]))
        firsts.append(f"{char}(?:{'|'.join(rests)})")
    return re.compile("|".join(firsts))


def _words_of(script: str) -> dict[str, tuple[Mark, bool, bool]]:
    """A script's own words, then the Latin ones."""
    if script == _ASCII:
        return {word: rule for word, rule in _WORDS.items() if word.isascii()}
    latin = {word: rule for word, rule in _WORDS.items() if _NOT_LATIN.search(word) is None}
    if script == _LATIN:
        return latin
    own = {
        word: rule
        for word, rule in _WORDS.items()
        if word not in latin and (script == _ALL or _LETTERS_OF[script].search(word))
    }
    return own | latin


def _branches(tree: _Tree) -> str:
    """Longer words first, so that the longest is found."""
    longer = [re.escape(letter) + _branches(after) for letter, after in tree.items() if letter not in _LEAVES]
    end = [""] if _OPEN in tree else [_NO_LETTER_AFTER] if _WHOLE in tree else []
    return f"(?:{'|'.join([*longer, *end])})" if len(longer) + len(end) > 1 else "".join([*longer, *end])


_LEAVES = frozenset({_WHOLE, _OPEN})
_ASCII, _LATIN, _ALL = "ascii", "latin", "all"
_SCRIPTS = {
    "greek_cyrillic_armenian": "\u0370-\u058f",
    "hebrew_arabic": "\u0590-\u08ff\ufb1d-\ufdff\ufe70-\ufefe",
    "south_asia_georgian_ethiopic": "\u0900-\u1cff",
    "east_asia": "\u2e80-\ud7ff\uf900-\ufaff\uff66-\uffdc",
}
"""Where each script's letters are. What is left, signs among it, goes with any of them."""

_LETTERS_OF = {script: re.compile(f"[{letters}]") for script, letters in _SCRIPTS.items()}
_NOT_LATIN = re.compile(f"[{''.join(_SCRIPTS.values())}]")
_OTHER_SCRIPTS = {
    own: re.compile("[" + "".join(letters for script, letters in _SCRIPTS.items() if script != own) + "]")
    for own in _SCRIPTS
}
_WORDS = _read()
_MARKS = {word: mark for word, (mark, _, _) in _WORDS.items()}
