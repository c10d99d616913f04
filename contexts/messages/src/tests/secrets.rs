//! Keys of channels and addresses of people stand nowhere in the clear.

use super::provider::Provider;
use super::{TRIED, Town, both};
use crate::Channel;

const KEY: &str = "kanarienvogel-schluessel";
const PHONE: &str = "13987650123";
const MAIL: &str = "kanarienvogel@example.cn";

/// Every row of every table, as text.
fn rows(town: &Town) -> String {
    let mut all = String::new();
    for column in town.db.schema().unwrap() {
        if column.data_type == "bytea" {
            continue;
        }
        let sql =
            format!("select coalesce(cast({} as text), '') as value from {}", column.column, column.table);
        let read = town.db.read_now(move |tx| {
            let rows = tx.query(&sql, &[])?;
            rows.iter().map(|row| Ok(row.get::<String>("value")?)).collect::<Result<Vec<_>, _>>()
        });
        all.push_str(&read.unwrap().join("\n"));
    }
    all
}

/// Every value of the two columns of bytes.
fn bytes(town: &Town) -> Vec<u8> {
    let read = town.db.read_now(|tx| {
        let sql = "select secret as value from message_channel where secret is not null
            union all select address from message_contact where address is not null";
        let rows = tx.query(sql, &[])?;
        rows.iter().map(|row| Ok(row.get::<Vec<u8>>("value")?)).collect::<Result<Vec<_>, _>>()
    });
    read.unwrap().concat()
}

#[test]
fn keys_and_addresses_are_found_in_no_row_and_still_work() {
    both(|town| {
        let provider = Provider::start(|_, _| Some((500, format!("echo {KEY}"))));
        town.set(Channel::Webhook, &[("url", &provider.url()), ("key", KEY)]);
        let template = "{phone} {text}";
        let url = provider.url();
        let fields =
            [("url", url.as_str()), ("format", "form"), ("template", template), ("authorization", KEY)];
        town.set(Channel::Sms, &fields);
        town.consent(Channel::Sms, PHONE);
        town.consent(Channel::Email, MAIL);
        town.tell(TRIED, "a/1");
        town.run("");
        let (text, bytes) = (rows(town), bytes(town));
        assert!(bytes.len() > 100);
        for canary in [KEY, PHONE, "kanarienvogel"] {
            assert!(!text.contains(canary), "{canary} stands in the clear");
            assert!(!String::from_utf8_lossy(&bytes).contains(canary), "{canary} is not veiled");
        }
        town.tell(TRIED, "a/2");
        town.run(&provider.host());
        assert!(
            provider.asked().iter().any(|one| one.body.contains(PHONE) && one.header("authorization") == KEY)
        );
    });
}

#[test]
fn an_address_is_erased_when_its_owner_takes_the_consent_back() {
    both(|town| {
        town.consent(Channel::Sms, PHONE);
        assert!(!bytes(town).is_empty());
        town.act(&town.li(), |tx, by| {
            let wish = crate::Wish { channel: Channel::Sms, wanted: false, address: PHONE.to_owned() };
            crate::choose(tx, by, &[wish], web::Locale::Zh)
        })
        .unwrap();
        assert!(bytes(town).is_empty());
        let audited = town.act(&town.admin, |tx, by| {
            let filter = people::audit::Filter::default();
            let list = people::audit::list(tx, by.district(), &filter, 50, 0)?;
            Ok(list.into_iter().map(|entry| (entry.action, entry.detail)).collect::<Vec<_>>())
        });
        let audited = audited.unwrap();
        for action in ["messages.contact.consent", "messages.contact.withdraw"] {
            assert!(audited.iter().any(|(of, _)| of == action), "{audited:?}");
        }
        assert!(!format!("{audited:?}").contains(PHONE));
    });
}
