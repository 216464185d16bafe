# Страницы для тех, кто ещё не вошёл.

session-name = Ваше имя
session-email = E-mail
session-password = Пароль
session-new-password = Пароль
session-password-hint = { $count ->
    [one] Не короче { $count } символа. Легко запомнить несколько слов подряд.
    [few] Не короче { $count } символов. Легко запомнить несколько слов подряд.
    [many] Не короче { $count } символов. Легко запомнить несколько слов подряд.
   *[other] Не короче { $count } символа. Легко запомнить несколько слов подряд.
}
session-to-sign-in = Войти
session-to-register = Зарегистрироваться
session-to-reset = Забыли пароль?

session-set-up-title = Первая настройка certbroker
session-set-up-text = Пока никто не зарегистрирован. Здесь один раз создаётся первый администратор.
session-set-up-token = Ключ настройки
session-set-up-token-hint = Сервер напечатал его при запуске.
session-set-up-submit = Создать администратора

session-sign-in-title = Вход

session-code-title = Второй фактор
session-code-text = Введите код, который сейчас показывает приложение-аутентификатор.
session-code = Код из шести цифр
session-recovery = Приложение недоступно
session-recovery-code = Резервный код
session-recovery-hint = Каждый резервный код действует один раз.
session-recovery-title = Сохраните резервные коды
session-recovery-text = С любым из них можно войти, если приложение потеряно. Коды показаны только сейчас: распечатайте их или сохраните в надёжном месте.
session-recovery-kept = Коды сохранены

session-enrol-title = Настройка второго фактора
session-enrol-text = Сотрудники входят по паролю и коду. Отсканируйте картинку приложением-аутентификатором и введите код, который оно покажет.
session-enrol-picture = QR-код для приложения-аутентификатора
session-enrol-secret = Или введите этот ключ в приложение
session-enrol-code-hint = Код меняется каждые 30 секунд.
session-enrol-submit = Включить второй фактор

session-register-title = Регистрация
session-register-text = Аккаунт для покупки сертификатов.
session-register-kind = Кто покупает?
session-register-account = Название компании
session-register-country = Страна
session-register-country-hint = Две латинские буквы, например RU.
session-register-currency = Валюта
session-register-submit = Зарегистрироваться
session-register-sent-title = Проверьте почту
session-register-sent-text = Мы отправили письмо на указанный адрес. Перейдите по ссылке из письма, чтобы подтвердить адрес.

session-confirm-title = Подтверждение адреса
session-confirm-text = Нажмите кнопку, чтобы подтвердить, что этот адрес ваш.
session-confirm-submit = Подтвердить адрес
session-confirmed = Адрес подтверждён. Теперь можно войти.

session-reset-title = Забыли пароль?
session-reset-text = Мы отправим на вашу почту ссылку, по которой можно задать новый пароль.
session-reset-submit = Отправить ссылку
session-reset-sent-title = Проверьте почту
session-reset-sent-text = Если этот адрес зарегистрирован, письмо со ссылкой уже отправлено. Ссылка действует недолго.

session-new-password-title = Новый пароль
session-new-password-text = Все браузеры, в которых выполнен вход, будут отключены.
session-new-password-submit = Задать пароль
session-password-changed = Пароль изменён. Войдите с новым паролем.

session-again-title = Введите пароль ещё раз
session-again-text = Это важное действие, поэтому подтвердите, что это вы.

session-signed-out = Вы вышли.

account-kind-person = Частное лицо
account-kind-company = Компания
