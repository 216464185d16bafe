# Settings of processing modules, by the labels of the connectors.

leadertelecom-username = Имя пользователя
leadertelecom-username-help = Логин вашего аккаунта LeaderTelecom, обычно адрес почты. Лучше завести отдельный аккаунт без второго фактора.
leadertelecom-password = Пароль
leadertelecom-password-help = Пароль того же аккаунта.
leadertelecom-url = URL API
leadertelecom-url-help = Оставьте пустым для https://api.leaderssl.com/api/v1.
leadertelecom-currency = Валюта аккаунта
leadertelecom-currency-help = Используется там, где ответ API не называет валюту.
leadertelecom-token-in = Где передаётся токен
leadertelecom-token-in-help = auto: в заголовке, а если API его не принимает, в строке запроса. Токен в строке запроса может попасть в журналы прокси.
leadertelecom-reissue-path = Путь вызова перевыпуска
leadertelecom-reissue-path-help = В открытых источниках этот вызов не описан. Если API ответит 404 или 405, перевыпуск станет задачей для человека.
