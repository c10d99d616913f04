//! `qilin demo`: the demonstration district, made at the first start, then served.

use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use kernel::{Role, SystemRng};

use super::serve;
use crate::compose;
use crate::config::{Site, Store, make_folder};
use crate::demo::data::{AccountRow, Tables};
use crate::demo::{self, Found, Part, Progress};
use crate::signing;

/// The folder of data, unless another is named.
const FOLDER: &str = "data/demo";
/// The password, and every account.
const LIST: &str = "demo-accounts.txt";
/// What stands before the password in the list.
const PASSWORD: &str = "密码 password: ";
/// Who is shown at every start: one of each kind.
const SHOWN: [&str; 7] =
    ["admin", "kexie", "leader", "weijian-1", "weijian-2", "zj-nanning-1", "sq-nanning-1"];

/// Makes it if need be, and serves it.
pub fn run(store: &Store, site: &Site) -> Result<(), String> {
    let listener = serve::listen(site)?;
    let (tables, folder) = (Tables::read()?, store.folder(FOLDER));
    // With a database elsewhere the folder still holds the list of accounts.
    make_folder(&folder)?;
    let list = folder.join(LIST);
    let db = compose::open(&store.target(FOLDER)?)?;
    let seal = signing::key(&db, &folder)?;
    let password = match demo::found(&db)? {
        Some(Found::Real) => {
            return Err("This database holds a district that is no demonstration; nothing was changed. \
                        Choose another folder with --data DIR, or start it with `qilin serve`."
                .to_owned());
        }
        Some(Found::Made | Found::There) => read_password(&list),
        None => Some(make(&db, &tables, (&folder, &list))?),
    };
    serve::serve(db, seal, site, listener, move |_| say(&table(&tables, password.as_deref(), &list)))
}

/// A terminal that was closed meanwhile stops nothing.
fn say(line: &str) {
    drop(writeln!(std::io::stdout(), "{line}"));
}

fn make(db: &db::Db, tables: &Tables, (folder, list): (&Path, &Path)) -> Result<String, String> {
    say(
        "首次启动，正在写入演示区，约需十秒。First start: writing the demonstration district, about ten seconds.",
    );
    let password = demo::draw_password(&SystemRng);
    // Written first: a district whose password nobody knows would be of no use.
    write_list(tables, &password, list)
        .map_err(|error| format!("{} cannot be written: {error}", list.display()))?;
    let progress: Progress = Arc::new(tell);
    // Made before the data: who ordered what is sealed with it.
    let seal = Arc::new(signing::key(db, folder)?);
    demo::load_sealed(db, 100, (&password, seal), &progress)?;
    Ok(password)
}

fn tell(part: Part, done: usize, total: usize) {
    let word = match part {
        Part::Registry => "单位和账号 units and accounts",
        Part::Plan => "实施方案和年度计划 plan and annual plans",
        Part::Stocks => "名册和自述 stocks and narratives",
        Part::Deliveries => "活动 deliveries",
        Part::Supervision => "督办 supervision",
        Part::Inspections => "检查 inspections",
        Part::Letters => "目标责任书 responsibility letters",
        Part::Orders => "点单 orders",
    };
    if done > 0 {
        say(&format!("  {word}: {done}/{total}"));
    }
}

/// All accounts, for its owner's eyes only.
fn write_list(tables: &Tables, password: &str, list: &Path) -> std::io::Result<()> {
    let mut text = format!(
        "演示账号，只用于演示数据。Accounts of the demonstration; all data is made up.\n{PASSWORD}{password}\n\n"
    );
    let rows: Vec<[String; 4]> = tables.accounts.iter().map(|row| account(tables, row)).collect();
    text.push_str(&aligned(&rows));
    let mut options = fs::OpenOptions::new();
    options.write(true).create(true).truncate(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    // One of before may be open to others.
    match fs::remove_file(list) {
        Err(error) if error.kind() != std::io::ErrorKind::NotFound => return Err(error),
        Ok(()) | Err(_) => {}
    }
    let mut file = options.open(list)?;
    file.write_all(text.as_bytes())?;
    file.sync_all()
}

fn read_password(list: &PathBuf) -> Option<String> {
    let text = fs::read_to_string(list).ok()?;
    text.lines().find_map(|line| line.strip_prefix(PASSWORD)).map(|password| password.trim().to_owned())
}

/// What is printed at every start.
fn table(tables: &Tables, password: Option<&str>, list: &Path) -> String {
    let shown = tables.accounts.iter().filter(|row| SHOWN.contains(&row.login.as_str()));
    let mut rows = vec![["账号 login", "角色 role", "单位 unit", "密码 password"].map(str::to_owned)];
    rows.extend(shown.map(|row| {
        let [login, role, unit, _] = account(tables, row);
        [login, role, unit, password.unwrap_or("?").to_owned()]
    }));
    let rest = match password {
        Some(_) => format!("全部账号 all accounts: {}", list.display()),
        None => format!(
            "找不到密码 the password is not in {}. 删除数据文件夹可重新生成演示 delete the data folder to start anew.",
            list.display()
        ),
    };
    format!("{}{rest}", aligned(&rows))
}

/// Login, role, unit, name.
fn account(tables: &Tables, row: &AccountRow) -> [String; 4] {
    let role = match row.role {
        Role::Administrator => "系统管理员 administrator",
        Role::Coordinator => "统筹 coordinator",
        Role::Editor => "录入 editor",
        Role::Verifier => "审核 verifier",
        Role::CommunityWorker => "社区专干 community worker",
        Role::Viewer => "只看 viewer",
    };
    // The newest name stands last.
    let unit = tables.units.iter().rev().find(|unit| unit.key == row.unit_key);
    let unit = unit.map_or(row.unit_key.as_str(), |unit| unit.short_name.as_str());
    [row.login.clone(), role.to_owned(), unit.to_owned(), row.name.clone()]
}

/// Columns side by side; a Chinese character is two wide.
fn aligned(rows: &[[String; 4]]) -> String {
    let wide = |text: &str| text.chars().map(|c| if c.is_ascii() { 1 } else { 2 }).sum::<usize>();
    let mut text = String::new();
    let widths: Vec<usize> = (0..4)
        .map(|column| rows.iter().filter_map(|row| row.get(column)).map(|cell| wide(cell)).max().unwrap_or(0))
        .collect();
    for row in rows {
        for (cell, width) in row.iter().zip(&widths) {
            text.push_str(cell);
            text.push_str(&" ".repeat(width - wide(cell) + 2));
        }
        text.truncate(text.trim_end().len());
        text.push('\n');
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_list_holds_every_account_and_gives_the_password_back_to_its_owner_alone() {
        let (folder, tables) = (tempfile::tempdir().unwrap(), Tables::read().unwrap());
        let list = folder.path().join(LIST);
        fs::write(&list, "left by another").unwrap();
        write_list(&tables, "abcd-efgh-jkmn", &list).unwrap();
        assert_eq!(read_password(&list).as_deref(), Some("abcd-efgh-jkmn"));
        let text = fs::read_to_string(&list).unwrap();
        assert!(tables.accounts.iter().all(|row| text.contains(&row.login)));
        #[cfg(unix)]
        assert_eq!(
            std::os::unix::fs::PermissionsExt::mode(&fs::metadata(&list).unwrap().permissions()) & 0o777,
            0o600
        );
    }

    #[test]
    fn what_is_printed_names_a_role_of_each_kind_and_says_when_the_password_is_lost() {
        let tables = Tables::read().unwrap();
        let told = table(&tables, Some("abcd-efgh-jkmn"), Path::new("there"));
        for role in ["administrator", "coordinator", "editor", "verifier", "community worker", "viewer"] {
            assert!(told.contains(role), "{role}\n{told}");
        }
        assert_eq!(told.matches("abcd-efgh-jkmn").count(), SHOWN.len());
        assert!(table(&tables, None, Path::new("there")).contains("not in there"));
    }
}
