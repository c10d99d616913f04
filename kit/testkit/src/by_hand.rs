//! Statements asked of PostgreSQL without the program's own layer: what that layer is measured against.

use std::collections::HashMap;
use std::sync::Arc;

use db::{Asked, Val};
use tokio_postgres::types::{IsNull, ToSql, Type, to_sql_checked};
use tokio_postgres::{Client, NoTls, Statement};

/// As many connections as the program has for writing.
const CONNECTIONS: usize = 8;

/// Connections of the bare driver, and the server behind them.
pub struct ByHand {
    clients: Vec<Arc<Client>>,
    postmaster: u32,
}

impl ByHand {
    /// Connects; the server must run on this machine.
    ///
    /// # Errors
    /// What the server says.
    pub async fn connect(address: &str) -> Result<Self, String> {
        let mut clients = Vec::new();
        for _ in 0..CONNECTIONS {
            let (client, connection) = tokio_postgres::connect(address, NoTls).await.map_err(said)?;
            tokio::spawn(connection);
            let isolation = "set default_transaction_isolation = 'serializable'";
            client.batch_execute(isolation).await.map_err(said)?;
            clients.push(Arc::new(client));
        }
        let first = clients.first().ok_or("no connection")?;
        let backend = first.query_one("select pg_backend_pid()", &[]).await.map_err(said)?;
        let backend: i32 = backend.try_get(0).map_err(said)?;
        let parent =
            stat(u32::try_from(backend).unwrap_or_default(), 1).ok_or("the server runs elsewhere")?;
        Ok(Self { clients, postmaster: parent as u32 })
    }

    /// Seconds of processor time of this process and the server's so far.
    pub fn spent(&self) -> f64 {
        let backends = std::fs::read_dir("/proc").into_iter().flatten().flatten();
        let pids = backends.filter_map(|entry| entry.file_name().to_str()?.parse::<u32>().ok());
        let own = pids.filter(|pid| stat(*pid, 1) == Some(f64::from(self.postmaster)));
        own.chain([std::process::id()]).map(seconds).sum()
    }

    /// Asks everything, each list in a transaction of its own, by whichever connection is free.
    ///
    /// # Errors
    /// What the server says.
    pub async fn ask(&self, all: Vec<Asked>) -> Result<(), String> {
        let all = Arc::new(all);
        let tasks = self.clients.iter().enumerate().map(|(nth, client)| {
            let (client, all) = (Arc::clone(client), Arc::clone(&all));
            tokio::spawn(async move {
                let mut statements = HashMap::new();
                for asked in all.iter().skip(nth).step_by(CONNECTIONS) {
                    while !transact(&client, &mut statements, asked).await? {}
                }
                Ok::<_, tokio_postgres::Error>(())
            })
        });
        for task in tasks.collect::<Vec<_>>() {
            task.await.map_err(|error| error.to_string())?.map_err(said)?;
        }
        Ok(())
    }
}

/// One transaction; false when it met another one and must be asked again.
async fn transact<'a>(
    client: &Client,
    statements: &mut HashMap<&'a str, Statement>,
    asked: &'a Asked,
) -> Result<bool, tokio_postgres::Error> {
    client.batch_execute("begin").await?;
    let mut work = async || {
        for (sql, params) in asked {
            if !statements.contains_key(sql.as_str()) {
                statements.insert(sql, client.prepare(sql).await?);
            }
            let params: Vec<By> = params.iter().map(By).collect();
            let params: Vec<&(dyn ToSql + Sync)> = params.iter().map(|param| param as _).collect();
            client.query(&statements[sql.as_str()], &params).await?;
        }
        client.batch_execute("commit").await
    };
    match work().await {
        Ok(()) => Ok(true),
        Err(error) if error.code().is_some_and(|code| code.code() == "40001") => {
            client.batch_execute("rollback").await.map(|()| false)
        }
        Err(error) => Err(error),
    }
}

/// A parameter as it was overheard.
#[derive(Debug)]
struct By<'a>(&'a Val);

impl ToSql for By<'_> {
    fn to_sql(
        &self,
        ty: &Type,
        out: &mut bytes::BytesMut,
    ) -> Result<IsNull, Box<dyn std::error::Error + Sync + Send>> {
        match self.0 {
            Val::Int(n) => n.to_sql(ty, out),
            Val::Bool(yes) => yes.to_sql(ty, out),
            Val::Real(x) => x.to_sql(ty, out),
            Val::Text(text) => text.to_sql(ty, out),
            Val::Bytes(bytes) => bytes.to_sql(ty, out),
            Val::Null | Val::Unfit(_) => Ok(IsNull::Yes),
        }
    }

    fn accepts(_: &Type) -> bool {
        true
    }

    to_sql_checked!();
}

fn said(error: tokio_postgres::Error) -> String {
    std::error::Error::source(&error).map_or_else(|| error.to_string(), ToString::to_string)
}

/// The `n`th number after the name in a process's line of the kernel's table.
fn stat(pid: u32, n: usize) -> Option<f64> {
    let line = std::fs::read_to_string(format!("/proc/{pid}/stat")).ok()?;
    line.rsplit(')').next()?.split_whitespace().nth(n)?.parse().ok()
}

/// Seconds of processor time of a process so far; the kernel counts in hundredths.
fn seconds(pid: u32) -> f64 {
    [11, 12].into_iter().filter_map(|n| stat(pid, n)).sum::<f64>() / 100.0
}
