//! A MariaDB server of our own: in a temporary folder, reachable by a socket only, gone when this process ends.
//!
//! Making the system tables takes seconds, so they are made once per machine and MariaDB version and copied afterwards.

use std::{
    io,
    os::unix::{
        fs::{MetadataExt as _, PermissionsExt as _},
        process::CommandExt as _,
    },
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    time::Duration,
};

use sqlx_core::{connection::ConnectOptions as _, connection::Connection as _};
use sqlx_mysql::{MySqlConnectOptions, MySqlSslMode};
use tokio::sync::OnceCell;

/// The account that does not have to be root; Debian's package makes it.
const SERVICE_USER: &str = "mysql";
/// Longer than a start takes on the busiest machine.
const PATIENCE: Duration = Duration::from_mins(2);
/// Between two knocks at a server that is starting.
const KNOCK: Duration = Duration::from_millis(15);
/// The longest path that a Unix socket's address holds.
const LONGEST_SOCKET_PATH: usize = 107;

/// Starts the server, waits until whoever started it is gone (its end of our standard input closes, however it died), then ends the
/// server and removes the folder.
const KEEPER: &str = r#"
folder=$1; shift
"$@" >"$folder/log" 2>&1 </dev/null &
server=$!
cat >/dev/null
kill -KILL "$server"; wait "$server" 2>/dev/null
rm -rf "$folder"
"#;

/// What the server does without, since its data need not outlive it.
const SERVER_OPTIONS: &[&str] = &[
    "--skip-networking",
    "--skip-name-resolve",
    "--skip-log-bin",
    "--performance-schema=OFF",
    "--innodb-buffer-pool-size=24M",
    "--innodb-flush-log-at-trx-commit=0",
    "--innodb-doublewrite=0",
    "--innodb-buffer-pool-dump-at-shutdown=0",
    "--innodb-buffer-pool-load-at-startup=0",
    "--max-connections=400",
    "--character-set-server=utf8mb4",
    "--collation-server=utf8mb4_unicode_ci",
    "--default-time-zone=+00:00",
    "--sql-mode=STRICT_TRANS_TABLES",
];

/// What must be alike for making the system tables and for using them.
const FILE_OPTIONS: &[&str] = &[
    "--innodb-log-file-size=4M",
    "--innodb-data-file-path=ibdata1:5M:autoextend",
    "--innodb-flush-method=nosync",
];

static SHARED: OnceCell<MariaDb> = OnceCell::const_new();

/// A running server.
pub struct MariaDb {
    socket: PathBuf,
    /// Ends the server when its standard input closes, which happens when this process ends or the value is dropped.
    _keeper: Child,
}

/// Why there is no server.
#[derive(Debug, thiserror::Error)]
pub enum MariaDbError {
    /// A program of MariaDB is missing.
    #[error("{0} is not installed: apt-get install mariadb-server")]
    Missing(&'static str),
    /// A program could not be run or a file not be made.
    #[error("{doing}")]
    Io {
        /// What was being done.
        doing: String,
        /// What the system said.
        #[source]
        source: io::Error,
    },
    /// A program failed.
    #[error("{doing} failed: {said}")]
    Failed {
        /// What was being done.
        doing: &'static str,
        /// What it wrote last.
        said: String,
    },
}

impl MariaDb {
    /// The one server of this process, started by whoever asks first.
    ///
    /// # Errors
    /// As [`MariaDb::start`].
    pub async fn shared() -> Result<&'static Self, MariaDbError> {
        SHARED.get_or_try_init(Self::start).await
    }

    /// Starts a server and waits until it answers.
    ///
    /// # Errors
    /// When MariaDB is not installed, or does not start within two minutes.
    pub async fn start() -> Result<Self, MariaDbError> {
        let programs = Programs::find()?;
        let folder = tempfile::Builder::new()
            .prefix("cb-mariadb-")
            .tempdir()
            .map_err(io_error("making a folder for MariaDB"))?;
        programs.account.hand_over(folder.path())?;
        let data = folder.path().join("data");
        prepare_data(&programs, folder.path(), &data).await?;
        // From here on the keeper removes the folder.
        let folder = folder.keep();
        let socket = folder.join("s");
        if socket.as_os_str().len() > LONGEST_SOCKET_PATH {
            return Err(MariaDbError::Failed {
                doing: "starting MariaDB",
                said: format!("{} is too long for a socket", socket.display()),
            });
        }
        let keeper = programs.keeper(&folder, &data, &socket)?;
        let server = Self {
            socket,
            _keeper: keeper,
        };
        server.wait_until_it_answers(&folder.join("log")).await?;
        Ok(server)
    }

    /// How to connect as the server's administrator.
    pub fn administrator(&self) -> MySqlConnectOptions {
        MySqlConnectOptions::new()
            .socket(&self.socket)
            .username("root")
            .ssl_mode(MySqlSslMode::Disabled)
            .statement_cache_capacity(0)
    }

    /// The socket's path.
    pub fn socket(&self) -> &Path {
        &self.socket
    }

    async fn wait_until_it_answers(&self, log: &Path) -> Result<(), MariaDbError> {
        let knocking = async {
            loop {
                if let Ok(connection) = self.administrator().connect().await {
                    // An unclean goodbye to a server that answered does no harm.
                    let _ = connection.close().await;
                    return;
                }
                tokio::time::sleep(KNOCK).await;
            }
        };
        tokio::time::timeout(PATIENCE, knocking)
            .await
            .map_err(|_| MariaDbError::Failed {
                doing: "starting MariaDB",
                said: last_lines(&std::fs::read_to_string(log).unwrap_or_default()),
            })
    }
}

/// The programs of MariaDB and as whom they run.
struct Programs {
    server: PathBuf,
    install: PathBuf,
    account: ServiceAccount,
}

impl Programs {
    fn find() -> Result<Self, MariaDbError> {
        let find = |names: &[&'static str]| {
            names
                .iter()
                .find_map(|name| in_path(name))
                .ok_or(MariaDbError::Missing(names.first().copied().unwrap_or_default()))
        };
        Ok(Self {
            server: find(&["mariadbd", "mysqld"])?,
            install: find(&["mariadb-install-db", "mysql_install_db"])?,
            account: ServiceAccount::find()?,
        })
    }

    fn keeper(&self, folder: &Path, data: &Path, socket: &Path) -> Result<Child, MariaDbError> {
        let mut command = Command::new("/bin/sh");
        command.args(["-c", KEEPER, "keeper"]).arg(folder);
        command.args(self.account.prefix());
        command
            .arg(&self.server)
            .arg("--no-defaults")
            .arg(option("--datadir=", data))
            .arg(option("--socket=", socket))
            .arg(option("--pid-file=", &folder.join("pid")))
            .args(SERVER_OPTIONS)
            .args(FILE_OPTIONS)
            .stdin(Stdio::piped())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            // An interrupt at the terminal is for us; the keeper hears of our end.
            .process_group(0)
            .current_dir("/");
        command.spawn().map_err(io_error("starting MariaDB"))
    }
}

/// The account that owns the server's files: ourselves, or a service account when we are root, as whom MariaDB refuses to run.
struct ServiceAccount {
    user: u32,
    other: Option<(u32, u32)>,
}

impl ServiceAccount {
    fn find() -> Result<Self, MariaDbError> {
        let ourselves = rustix::process::geteuid();
        if !ourselves.is_root() {
            return Ok(Self {
                user: ourselves.as_raw(),
                other: None,
            });
        }
        let ids = id_of("-u").zip(id_of("-g")).ok_or(MariaDbError::Missing(
            "the account `mysql`, as which a server started by root runs,",
        ))?;
        Ok(Self {
            user: ids.0,
            other: Some(ids),
        })
    }

    /// What stands before a command that runs as this account.
    fn prefix(&self) -> Vec<String> {
        self.other.map_or_else(Vec::new, |(user, group)| {
            vec![
                "setpriv".to_owned(),
                format!("--reuid={user}"),
                format!("--regid={group}"),
                "--clear-groups".to_owned(),
            ]
        })
    }

    fn command(&self, program: &Path) -> Command {
        let mut words = self.prefix().into_iter();
        match words.next() {
            None => Command::new(program),
            Some(first) => {
                let mut command = Command::new(first);
                command.args(words).arg(program);
                command
            }
        }
    }

    /// Makes a folder this account's and nobody else's.
    fn hand_over(&self, folder: &Path) -> Result<(), MariaDbError> {
        let (user, group) = self.other.unzip();
        std::os::unix::fs::chown(folder, user, group)
            .and_then(|()| std::fs::set_permissions(folder, std::fs::Permissions::from_mode(0o700)))
            .map_err(io_error("handing a folder to MariaDB"))
    }
}

/// Copies the system tables, or makes them and keeps a copy for the next.
async fn prepare_data(programs: &Programs, folder: &Path, data: &Path) -> Result<(), MariaDbError> {
    let template = template_of(programs);
    if is_template(&template, programs.account.user) {
        return copy(programs, &template, data).await;
    }
    let mut install = programs.account.command(&programs.install);
    install
        .arg("--no-defaults")
        .arg(option("--datadir=", data))
        .args([
            "--auth-root-authentication-method=normal",
            "--skip-test-db",
            "--skip-name-resolve",
            "--cross-bootstrap",
        ])
        .args(FILE_OPTIONS)
        .current_dir(folder);
    run("making MariaDB's system tables", install).await?;
    // Two processes may do so at once: whoever renames first wins, and the other's copy is removed.
    let mut copied = template.as_os_str().to_owned();
    copied.push(format!(".{}", std::process::id()));
    let copied = PathBuf::from(copied);
    if copy(programs, data, &copied).await.is_ok() && std::fs::rename(&copied, &template).is_err() {
        let _ = std::fs::remove_dir_all(&copied);
    }
    Ok(())
}

fn template_of(programs: &Programs) -> PathBuf {
    let version = std::fs::metadata(&programs.server).map_or(0, |file| file.mtime());
    std::env::temp_dir().join(format!("cb-mariadb-template-{}-{version}", programs.account.user))
}

/// Nobody else's folder is taken for the template.
fn is_template(path: &Path, owner: u32) -> bool {
    std::fs::symlink_metadata(path).is_ok_and(|found| found.is_dir() && found.uid() == owner)
}

async fn copy(programs: &Programs, from: &Path, to: &Path) -> Result<(), MariaDbError> {
    let mut copy = programs.account.command(Path::new("cp"));
    copy.args(["-a", "--sparse=always"])
        .arg(from)
        .arg(to)
        .current_dir("/");
    run("copying MariaDB's system tables", copy).await
}

async fn run(doing: &'static str, command: Command) -> Result<(), MariaDbError> {
    let output = tokio::process::Command::from(command)
        .stdin(Stdio::null())
        .output()
        .await
        .map_err(io_error(doing))?;
    if output.status.success() {
        return Ok(());
    }
    let said = [output.stdout, output.stderr].concat();
    Err(MariaDbError::Failed {
        doing,
        said: last_lines(&String::from_utf8_lossy(&said)),
    })
}

fn in_path(program: &str) -> Option<PathBuf> {
    let path = std::env::var_os("PATH").unwrap_or_default();
    std::env::split_paths(&path)
        .chain(["/usr/sbin", "/usr/local/sbin"].map(PathBuf::from))
        .map(|folder| folder.join(program))
        .find(|candidate| candidate.is_file())
}

fn id_of(which: &str) -> Option<u32> {
    let output = Command::new("id").args([which, SERVICE_USER]).output().ok()?;
    String::from_utf8_lossy(&output.stdout).trim().parse().ok()
}

fn option(name: &str, value: &Path) -> std::ffi::OsString {
    let mut option = std::ffi::OsString::from(name);
    option.push(value);
    option
}

fn last_lines(text: &str) -> String {
    let lines: Vec<&str> = text.lines().rev().take(8).collect();
    lines.into_iter().rev().collect::<Vec<_>>().join("\n")
}

fn io_error(doing: impl Into<String>) -> impl FnOnce(io::Error) -> MariaDbError {
    let doing = doing.into();
    move |source| MariaDbError::Io { doing, source }
}
