//! Templates: providers send what they have approved, with gaps that we fill.

use std::{collections::BTreeMap, str::FromStr};

use super::Parcel;

/// What a gap can be filled with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Fact {
    /// The six digits to sign in with.
    Code,
    /// What stands behind `code=` in a link.
    Key,
    Nursery,
    /// Date and time, `2026-03-02 09:00`.
    When,
    /// All of it, cut where it is too long.
    Text,
}

/// `ID:gap=fact,gap=fact`, facts being `code`, `key`, `nursery`, `when` and `text`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Template {
    pub id: String,
    gaps: Vec<(String, Fact)>,
}

impl FromStr for Template {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let (id, gaps) = text.split_once(':').unwrap_or((text, ""));
        let gap = |gap: &str| {
            let (name, fact) = gap.split_once('=').ok_or_else(|| format!("{gap:?} is not gap=fact"))?;
            let fact = match fact {
                "code" => Fact::Code,
                "key" => Fact::Key,
                "nursery" => Fact::Nursery,
                "when" => Fact::When,
                "text" => Fact::Text,
                other => return Err(format!("{other:?} is not code, key, nursery, when or text")),
            };
            Ok((name.to_owned(), fact))
        };
        let gaps = gaps.split(',').filter(|gap| !gap.is_empty()).map(gap).collect::<Result<_, String>>()?;
        if id.is_empty() { Err("a template has an id".to_owned()) } else { Ok(Self { id: id.to_owned(), gaps }) }
    }
}

impl Template {
    /// What fills its gaps, each cut to so many characters.
    pub fn filled(&self, parcel: &Parcel, longest: impl Fn(&str) -> usize) -> BTreeMap<&str, String> {
        let filled = |(name, fact): &'_ (String, Fact)| short(&value(*fact, parcel), longest(name));
        self.gaps.iter().map(|gap| (gap.0.as_str(), filled(gap))).collect()
    }
}

fn value(fact: Fact, parcel: &Parcel) -> String {
    match fact {
        Fact::Code => {
            parcel.body.split(|c: char| !c.is_ascii_digit()).find(|run| run.len() == 6).unwrap_or_default().to_owned()
        }
        Fact::Key => key(&parcel.body).unwrap_or_default().to_owned(),
        Fact::Nursery => parcel.nursery.clone().unwrap_or_default(),
        Fact::When => parcel.when.local().format("%Y-%m-%d %H:%M").to_string(),
        // The provider writes the sender before it.
        Fact::Text => {
            parcel.body.split_once(['】', ']']).map_or(parcel.body.as_str(), |(_, text)| text.trim()).to_owned()
        }
    }
}

/// What stands behind `code=` in the link of a message; None where there is none.
pub fn key(body: &str) -> Option<&str> {
    body.split_once("?code=")?.1.split(|c: char| !c.is_ascii_alphanumeric()).next()
}

fn short(value: &str, longest: usize) -> String {
    if value.chars().count() <= longest {
        return value.to_owned();
    }
    value.chars().take(longest.saturating_sub(1)).chain(['…']).collect()
}

#[cfg(test)]
mod tests {
    use doorstep_shared::{ids::MessageId, messages::MessageKind};
    use doorstep_web::{Locale, family::messages};

    use super::*;
    use crate::{carriers::To, db::testing};

    #[test]
    fn gaps_are_filled_with_what_the_message_says() {
        let template: Template = "SMS_1:code=code,where=nursery,at=when,all=text".parse().unwrap();
        for locale in Locale::ALL {
            let parcel = Parcel {
                id: MessageId::new(),
                to: To::Phone("13800000001".to_owned()),
                kind: MessageKind::Code,
                body: messages::sign_in_code("012345", 10, locale),
                nursery: Some("春天托育园".to_owned()),
                when: testing::now(),
            };
            let filled = template.filled(&parcel, |_| 35);
            assert_eq!((filled["code"].as_str(), filled["where"].as_str()), ("012345", "春天托育园"));
            assert_eq!(filled["at"], "2026-11-23 08:00");
            assert!(filled["all"].chars().count() <= 35 && !filled["all"].contains(['】', ']']), "{}", filled["all"]);
        }
    }

    #[test]
    fn the_key_of_a_link_is_what_stands_behind_it() {
        use doorstep_web::nursery::messages as to_staff;

        let link = "https://care.example/staff/join?code=K7QF3M9X2HTB0000";
        for locale in Locale::ALL {
            assert_eq!(key(&to_staff::invitation("春天托育园", link, 72, locale)), Some("K7QF3M9X2HTB0000"));
            assert_eq!(key(&to_staff::reset("春天托育园", link, 72, locale)), Some("K7QF3M9X2HTB0000"));
            assert_eq!(key(&messages::sign_in_code("012345", 10, locale)), None);
        }
    }

    #[test]
    fn a_template_that_cannot_be_read_is_refused() {
        for text in ["", ":code=code", "SMS_1:code", "SMS_1:code=colour"] {
            assert!(text.parse::<Template>().is_err(), "{text}");
        }
        assert!("SMS_1".parse::<Template>().is_ok());
    }
}
