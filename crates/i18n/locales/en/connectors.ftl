# Settings of processing modules, by the labels of the connectors.

leadertelecom-username = Username
leadertelecom-username-help = Login of your LeaderTelecom account, usually an e-mail address. Prefer an account of its own without a second factor.
leadertelecom-password = Password
leadertelecom-password-help = Password of the same account.
leadertelecom-url = API URL
leadertelecom-url-help = Leave it empty for https://api.leaderssl.com/api/v1.
leadertelecom-currency = Currency of the account
leadertelecom-currency-help = Used where an answer of the API names no currency.
leadertelecom-token-in = Where the token is sent
leadertelecom-token-in-help = auto: in a header, and in the query if the API refuses that. A token in the query may appear in logs of proxies.
leadertelecom-reissue-path = Path of the reissue call
leadertelecom-reissue-path-help = No public source documents this call. If the API answers 404 or 405, reissues become tasks for a person.
