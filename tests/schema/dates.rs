//! Dates that callers send.

use crate::source;

/// A request takes no unknown fields; that is how it is told from an answer.
const IS_A_REQUEST: &str = "#[serde(deny_unknown_fields)]";
const READS_IT: &str = "deserialize_with = \"crate::dates::deserialize\"";

#[test]
fn every_date_of_a_request_is_read_within_the_years_that_mean_something() {
    let (mut seen, mut wrong) = (0, Vec::new());
    for file in source::below("shared/src") {
        let (mut in_request, mut before) = (false, "");
        for (line, code) in file.code().map(|(line, code)| (line, code.trim())) {
            match code {
                IS_A_REQUEST => in_request = true,
                "}" => in_request = false,
                _ if in_request && code.starts_with("pub ") && is_a_date(code) => {
                    seen += 1;
                    if !before.contains(READS_IT) {
                        wrong.push(format!("{}:{line}: {code}", file.path));
                    }
                }
                _ => {}
            }
            before = code;
        }
    }
    assert!(wrong.is_empty(), "{READS_IT} is missing at\n{}", wrong.join("\n"));
    assert!(seen >= 6, "the requests were not recognised");
}

fn is_a_date(field: &str) -> bool {
    [": Date,", ": Option<Date>,", ": Vec<Date>,"].iter().any(|kind| field.ends_with(kind))
}
