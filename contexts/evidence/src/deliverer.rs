//! Who gave a delivery: persons by name, each with a role in a few words.

use kernel::{Problem, search_key};

/// The most persons of one delivery.
const MOST: usize = 30;
/// The longest name or role, in characters.
const LONGEST: usize = 40;

/// A person who gave it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Deliverer {
    /// The name as written.
    pub name: String,
    /// What they did, in a few words; may be empty.
    pub role: String,
}

impl Deliverer {
    /// What tells persons apart; two of one name are not.
    pub fn key(&self) -> String {
        search_key(&self.name)
    }

    /// As it is typed: name, a space, role.
    fn line(&self) -> String {
        format!("{} {}", self.name, self.role).trim_end().to_owned()
    }
}

/// Reads one person a line (or parted by semicolons or `、`): the name, then the role after a space.
/// Who is named twice stands once.
///
/// # Errors
/// Too many, or a name or role that is too long, at the field `deliverers`.
pub fn read(text: &str) -> Result<Vec<Deliverer>, Problem> {
    let mut all: Vec<Deliverer> = Vec::new();
    for line in text.split(['\n', ';', '；', '、']).map(str::trim).filter(|line| !line.is_empty()) {
        let (name, role) = line.split_once(char::is_whitespace).unwrap_or((line, ""));
        let one = Deliverer { name: name.to_owned(), role: role.trim().to_owned() };
        if let Some(long) = [&one.name, &one.role].into_iter().find(|part| part.chars().count() > LONGEST) {
            let problem = Problem::new("evidence-deliverer-long").at("deliverers");
            return Err(problem.with("name", long).with("most", LONGEST));
        }
        if all.iter().all(|other| other.key() != one.key()) {
            all.push(one);
        }
    }
    if all.len() > MOST {
        return Err(Problem::new("evidence-deliverers-many").at("deliverers").with("most", MOST));
    }
    Ok(all)
}

/// As it is typed and stored, one person a line.
pub fn text(all: &[Deliverer]) -> String {
    all.iter().map(Deliverer::line).collect::<Vec<_>>().join("\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_and_roles_are_read_from_lines_and_from_one_cell_alike() {
        let lines = read("张三 主讲专家\n 李四\n张 三").unwrap();
        assert_eq!(text(&lines), "张三 主讲专家\n李四\n张 三");
        assert_eq!(read("张三 主讲专家；李四、张三 助手").unwrap(), lines[..2]);
        assert_eq!(read(&text(&lines)).unwrap(), lines);
        assert!(read("  \n").unwrap().is_empty());
    }

    #[test]
    fn a_text_that_is_no_list_of_names_is_refused_at_its_field() {
        let long = "讲".repeat(41);
        assert_eq!(read(&long).unwrap_err().key, "evidence-deliverer-long");
        let many: Vec<String> = (0..31).map(|n| format!("人{n}")).collect();
        assert_eq!(read(&many.join("\n")).unwrap_err().key, "evidence-deliverers-many");
    }
}
