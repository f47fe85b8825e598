//! Money for an enrolled child and month.

use doorstep_shared::{Date, age::completed_months};

use super::{Reason, Worked};
use crate::policy::{Count, MonthCounts, Subsidies};

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SubsidisedChild {
    pub birth_date: Date,
    /// 1 for the first child. A younger sibling does not change it.
    pub birth_order: u8,
}

/// The days on which a child is enrolled.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Enrolled {
    pub from: Date,
    /// Last day; None while it goes on.
    pub until: Option<Date>,
}

/// What is paid for a child and the month that `month` lies in.
///
/// # Errors
/// Why nothing is.
pub fn enrolment_month(
    rules: &Subsidies,
    child: SubsidisedChild,
    enrolled: Enrolled,
    month: Date,
) -> Result<Worked, Reason> {
    let (texts, counts) = (&rules.enrolment, rules.month_counts.as_ref().ok_or(Reason::NoText)?);
    let amount = match &texts.each_child_fen {
        Some(each) => each,
        None if texts.by_birth_order.is_empty() => return Err(Reason::NoText),
        None => texts.by_birth_order.get(&Count(child.birth_order.into())).ok_or(Reason::BirthOrder)?,
    };
    let day = day_that_counts(counts.value, enrolled, month).ok_or(Reason::NotEnrolled)?;
    let months = completed_months(child.birth_date, day).ok_or(Reason::NotEnrolled)?;
    let worked = Worked::by(amount.value, amount).and(counts);
    match &texts.under_months {
        Some(under) if months >= under.value => Err(Reason::TooOld),
        Some(under) => Ok(worked.and(under)),
        None => Ok(worked),
    }
}

/// The day on which the age decides whether a month counts; None for a month that does not count at any age.
fn day_that_counts(counts: MonthCounts, enrolled: Enrolled, month: Date) -> Option<Date> {
    let (first, last) = (month.first_of_month(), month.last_of_month());
    let ends = enrolled.until.map_or(last, |until| until.min(last));
    let begins = enrolled.from.max(first);
    if begins > ends {
        return None;
    }
    match counts {
        MonthCounts::FirstDay => (begins == first).then_some(first),
        MonthCounts::AnyDay => Some(begins),
        MonthCounts::EveryDay => (begins == first && ends == last).then_some(last),
    }
}

/// The ends of the month that a day lies in.
trait OfMonth {
    fn first_of_month(self) -> Self;
    fn last_of_month(self) -> Self;
}

impl OfMonth for Date {
    fn first_of_month(self) -> Self {
        chrono::Datelike::with_day(&self, 1).unwrap_or(self)
    }

    fn last_of_month(self) -> Self {
        let next = self.first_of_month().checked_add_months(chrono::Months::new(1));
        next.and_then(|next| next.pred_opt()).unwrap_or(self)
    }
}

#[cfg(test)]
mod tests {
    use doorstep_shared::{Fen, policy::Standing};

    use super::{
        super::testing::{date, rules},
        *,
    };

    fn paid(pack: &str, birth: &str, order: u8, enrolled: (&str, Option<&str>), month: &str) -> Result<i64, Reason> {
        let rules = rules(pack, month).subsidies;
        let child = SubsidisedChild { birth_date: date(birth), birth_order: order };
        let enrolled = Enrolled { from: date(enrolled.0), until: enrolled.1.map(date) };
        enrolment_month(&rules, child, enrolled, date(month)).map(|worked| worked.amount_fen.0)
    }

    #[test]
    fn a_month_of_an_enrolled_child_is_paid_as_the_citys_text_says() {
        let open = ("2025-01-01", None);
        let left = ("2025-01-01", Some("2026-11-01"));
        let cases = [
            ("Zhangye pays 200 yuan", "zhangye", "2025-01-15", 1, open, "2026-11-01", Ok(20_000)),
            ("whatever the birth order", "zhangye", "2025-01-15", 3, open, "2026-11-01", Ok(20_000)),
            ("the month in which it turns three", "zhangye", "2023-11-15", 1, open, "2026-11-01", Ok(20_000)),
            ("the month after", "zhangye", "2023-11-15", 1, open, "2026-12-01", Err(Reason::TooOld)),
            ("three on the first of the month", "zhangye", "2023-11-01", 1, open, "2026-11-01", Err(Reason::TooOld)),
            ("three on the last of the month", "zhangye", "2023-11-30", 1, open, "2026-11-01", Ok(20_000)),
            ("born on a leap day", "zhangye", "2024-02-29", 1, open, "2027-02-01", Ok(20_000)),
            ("three on the 28th", "zhangye", "2024-02-29", 1, open, "2027-03-01", Err(Reason::TooOld)),
            ("a leap year's February", "zhangye", "2025-06-01", 1, open, "2028-02-29", Ok(20_000)),
            (
                "Jining: the first child is not named",
                "jining",
                "2025-01-15",
                1,
                open,
                "2026-11-01",
                Err(Reason::BirthOrder),
            ),
            ("the second gets 300", "jining", "2025-01-15", 2, open, "2026-11-01", Ok(30_000)),
            ("the third 500", "jining", "2025-01-15", 3, open, "2026-11-01", Ok(50_000)),
            ("a fourth is not named", "jining", "2025-01-15", 4, open, "2026-11-01", Err(Reason::BirthOrder)),
            ("before the notice", "jining", "2025-01-15", 2, open, "2025-07-20", Err(Reason::NoText)),
            ("on its first day", "jining", "2025-01-15", 2, open, "2025-07-21", Ok(30_000)),
            ("on its last", "jining", "2026-06-30", 2, open, "2028-06-20", Ok(30_000)),
            ("after it", "jining", "2026-06-30", 2, open, "2028-06-21", Err(Reason::NoText)),
            ("no city, no subsidy", "national", "2025-01-15", 2, open, "2026-11-01", Err(Reason::NoText)),
            ("another city's is not ours", "shaoxing", "2025-01-15", 2, open, "2026-11-01", Err(Reason::NoText)),
            ("enrolled for one day of it", "jining", "2025-01-15", 2, left, "2026-11-15", Ok(30_000)),
            ("and gone", "jining", "2025-01-15", 2, left, "2026-12-15", Err(Reason::NotEnrolled)),
            ("not yet", "jining", "2025-01-15", 2, ("2026-12-01", None), "2026-11-30", Err(Reason::NotEnrolled)),
        ];
        for (name, pack, birth, order, enrolled, month, expected) in cases {
            assert_eq!(paid(pack, birth, order, enrolled, month), expected, "{name}");
        }
    }

    #[test]
    fn a_third_child_born_in_the_middle_of_the_year_leaves_the_second_what_it_had() {
        let year = |birth: &str, order: u8, from: &str| -> i64 {
            let months = (1..=12).map(|month| format!("2026-{month:02}-01"));
            months.filter_map(|month| paid("jining", birth, order, (from, None), &month).ok()).sum()
        };
        assert_eq!(year("2024-09-10", 2, "2025-09-01"), 12 * 30_000);
        // Born on 15 June, at nursery from half a year on.
        assert_eq!(year("2026-06-15", 3, "2026-12-15"), 50_000);
    }

    #[test]
    fn the_setting_says_which_days_of_the_month_count() {
        let mut rules = rules("zhangye", "2026-11-01").subsidies;
        let cases = [
            (MonthCounts::AnyDay, "2026-11-20", "2023-11-25", Ok(())),
            (MonthCounts::AnyDay, "2026-11-20", "2023-11-15", Err(Reason::TooOld)),
            (MonthCounts::FirstDay, "2026-11-01", "2023-11-02", Ok(())),
            (MonthCounts::FirstDay, "2026-11-02", "2025-01-01", Err(Reason::NotEnrolled)),
            (MonthCounts::EveryDay, "2026-10-01", "2023-12-01", Ok(())),
            (MonthCounts::EveryDay, "2026-10-01", "2023-11-30", Err(Reason::TooOld)),
            (MonthCounts::EveryDay, "2026-11-02", "2025-01-01", Err(Reason::NotEnrolled)),
        ];
        for (counts, from, birth, expected) in cases {
            rules.month_counts.as_mut().unwrap().value = counts;
            let child = SubsidisedChild { birth_date: date(birth), birth_order: 1 };
            let enrolled = Enrolled { from: date(from), until: None };
            let paid = enrolment_month(&rules, child, enrolled, date("2026-11-10"));
            assert_eq!(paid.map(|_| ()), expected, "{counts:?} from {from}, born {birth}");
        }
    }

    #[test]
    fn an_amount_tells_its_figures_and_that_a_draft_does_not_bind() {
        let child = SubsidisedChild { birth_date: date("2025-01-15"), birth_order: 2 };
        let enrolled = Enrolled { from: date("2026-01-01"), until: None };
        let worked =
            |pack| enrolment_month(&rules(pack, "2026-11-01").subsidies, child, enrolled, date("2026-11-01")).unwrap();
        let draft = worked("zhangye");
        assert_eq!((draft.amount_fen, draft.standing), (Fen::from_yuan(200), Standing::Draft));
        let keys = ["subsidies.enrolment.each_child_fen", "subsidies.month_counts", "subsidies.enrolment.under_months"];
        assert_eq!(draft.keys, keys);
        assert_eq!(worked("jining").standing, Standing::InForce);
    }
}
