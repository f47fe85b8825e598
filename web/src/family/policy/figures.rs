//! What a figure is called and how its value is read.

use doorstep_shared::{
    Fen,
    care::{ClassKind, NurseryKind, Ownership},
    policy::{FigureValue, PolicyFigure},
};

use crate::{Locale, family::words, td};

/// In words; None for a key that is no figure but a setting of the program.
pub fn label(key: &str, locale: Locale) -> Option<String> {
    let path: Vec<_> = key.split('.').collect();
    Some(match path.as_slice() {
        ["subsidies", "enrolment", "by_birth_order", order] => td!(locale, policy.by_birth_order, order = order),
        ["subsidies", "construction", "from_places", places] => td!(locale, policy.from_places, places = places),
        ["subsidies", "shares", "others"] => td!(locale, policy.shares_others).to_owned(),
        ["subsidies", "shares", county] => td!(locale, policy.shares, county = county),
        ["price", "guided", "month_fen", class] => td!(locale, policy.guided, class = class_word(class, locale)?),
        ["price", "reference", "month_fen", class] => td!(locale, policy.reference, class = class_word(class, locale)?),
        ["classes", group, what] => {
            let what = match *what {
                "from_months" => td!(locale, policy.from_months),
                "to_months" => td!(locale, policy.to_months),
                "children" => td!(locale, policy.children),
                "ratio" => td!(locale, policy.ratio),
                _ => return None,
            };
            td!(locale, policy.of_class, class = group_word(group, locale)?, what = what)
        }
        _ => plain_label(key, locale)?.to_owned(),
    })
}

fn plain_label(key: &str, locale: Locale) -> Option<&'static str> {
    Some(match key {
        "subsidies.enrolment.each_child_fen" => td!(locale, policy.each_child),
        "subsidies.enrolment.under_months" => td!(locale, policy.under_months),
        "subsidies.employer.times_kindergarten" => td!(locale, policy.times_kindergarten),
        "subsidies.operating.each_place_fen" => td!(locale, policy.each_place),
        "subsidies.operating.ownerships" => td!(locale, policy.ownerships),
        "subsidies.operating.kinds" => td!(locale, policy.kinds),
        "subsidies.operating.each_child_infant_fen" => td!(locale, policy.each_child_infant),
        "subsidies.operating.each_child_other_fen" => td!(locale, policy.each_child_other),
        "subsidies.operating.city_reward_infant_fen" => td!(locale, policy.city_reward_infant),
        "subsidies.operating.city_reward_other_fen" => td!(locale, policy.city_reward_other),
        "subsidies.continued_years" => td!(locale, policy.continued_years),
        "subsidies.month_counts" => td!(locale, policy.month_counts),
        "subsidies.months_a_year" => td!(locale, policy.months_a_year),
        "vouchers.consumer" => td!(locale, policy.consumer),
        "vouchers.trial_districts" => td!(locale, policy.trial_districts),
        "vouchers.trial_conversion_percent" => td!(locale, policy.trial_conversion),
        "price.guided.float_percent" => td!(locale, policy.float),
        "indicators.price_of_income_percent" => td!(locale, policy.price_of_income),
        _ => return None,
    })
}

/// As its unit has it, which the key's last word says.
pub fn value(figure: &PolicyFigure, locale: Locale) -> String {
    match &figure.value {
        FigureValue::Yes(true) if figure.key == "vouchers.consumer" => td!(locale, policy.by_campaign).to_owned(),
        FigureValue::Yes(true) => td!(locale, policy.yes).to_owned(),
        FigureValue::Yes(false) => td!(locale, policy.no).to_owned(),
        FigureValue::Number(number) => with_unit(&figure.key, *number, locale),
        FigureValue::Numbers(numbers) if is_money(&figure.key) => {
            numbers.iter().map(|fen| Fen(*fen).to_string()).collect::<Vec<_>>().join("–")
        }
        FigureValue::Numbers(numbers) => numbers.iter().map(i64::to_string).collect::<Vec<_>>().join(" : "),
        FigureValue::Word(word) => in_words(word, locale),
        FigureValue::Words(list) => {
            let list: Vec<_> = list.iter().map(|word| in_words(word, locale)).collect();
            words::list(&list, locale)
        }
    }
}

fn is_money(key: &str) -> bool {
    // Tables of amounts are named for them: `month_fen.infant`.
    key.ends_with("_fen") || key.contains("_fen.") || key.contains(".by_birth_order.") || key.contains(".from_places.")
}

fn with_unit(key: &str, number: i64, locale: Locale) -> String {
    if is_money(key) {
        return Fen(number).to_string();
    }
    let last = key.rsplit('.').next().unwrap_or_default();
    match last.rsplit('_').next().unwrap_or_default() {
        "percent" => format!("{number}%"),
        "months" | "year" => td!(locale, policy.months, count = number),
        "years" => td!(locale, policy.years, count = number),
        "kindergarten" => td!(locale, policy.times, count = number),
        "ratio" => format!("1 : {number}"),
        _ => number.to_string(),
    }
}

/// A word of the domain; a name as it is.
fn in_words(word: &str, locale: Locale) -> String {
    if let Ok(ownership) = word.parse::<Ownership>() {
        return words::ownership(ownership, locale).to_owned();
    }
    if let Ok(kind) = word.parse::<NurseryKind>() {
        return words::nursery_kind(kind, locale).to_owned();
    }
    let text = match word {
        "first_day" => td!(locale, policy.first_day),
        "any_day" => td!(locale, policy.any_day),
        "every_day" => td!(locale, policy.every_day),
        name => name,
    };
    text.to_owned()
}

fn class_word(class: &str, locale: Locale) -> Option<&'static str> {
    Some(words::class(class.parse::<ClassKind>().ok()?, locale))
}

/// A class by its kind, or by the kind of its nursery.
fn group_word(group: &str, locale: Locale) -> Option<&'static str> {
    match group {
        "home_based" => Some(words::nursery_kind(NurseryKind::HomeBased, locale)),
        "kindergarten" => Some(words::nursery_kind(NurseryKind::KindergartenClass, locale)),
        class => class_word(class, locale),
    }
}

#[cfg(test)]
mod tests {
    use doorstep_shared::policy::Standing;

    use super::*;

    #[test]
    fn a_value_is_read_in_its_unit() {
        let cases = [
            ("subsidies.enrolment.each_child_fen", FigureValue::Number(20_000), "¥200"),
            ("subsidies.enrolment.by_birth_order.2", FigureValue::Number(30_000), "¥300"),
            ("subsidies.construction.from_places.100", FigureValue::Number(5_000_000), "¥50000"),
            ("subsidies.shares.甘州区", FigureValue::Numbers(vec![2, 8]), "2 : 8"),
            ("price.reference.month_fen.infant", FigureValue::Numbers(vec![80_000, 150_000]), "¥800–¥1500"),
            ("subsidies.employer.times_kindergarten", FigureValue::Number(2), "2 倍"),
            ("subsidies.enrolment.under_months", FigureValue::Number(36), "36 个月"),
            ("subsidies.months_a_year", FigureValue::Number(12), "12 个月"),
            ("indicators.price_of_income_percent", FigureValue::Number(30), "30%"),
            ("classes.infant.ratio", FigureValue::Number(3), "1 : 3"),
            ("subsidies.operating.kinds", FigureValue::Words(vec!["employer".into()]), "用人单位办托"),
            ("vouchers.trial_districts", FigureValue::Words(vec!["梁溪区".into()]), "梁溪区"),
            ("vouchers.consumer", FigureValue::Yes(true), "金额由各批次确定"),
        ];
        for (key, given, text) in cases {
            let figure = PolicyFigure {
                key: key.to_owned(),
                value: given,
                standing: Standing::InForce,
                applies: true,
                file: String::new(),
                source: String::new(),
                source_en: String::new(),
                article: None,
                note: None,
                from: None,
                until: None,
            };
            assert_eq!(value(&figure, Locale::Zh), text, "{key}");
        }
    }
}
