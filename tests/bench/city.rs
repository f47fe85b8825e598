//! Cities to measure on, and the questions asked of them.

use std::path::{Path, PathBuf};

use doorstep_shared::{nurseries::Districts, time::Date};
use rand::{RngExt as _, SeedableRng as _, rngs::StdRng};

use crate::process::{Running, run_doorstep};

/// A generated city in a SQLite file of its own. Removed when dropped.
pub struct City {
    pub folder: PathBuf,
}

impl Drop for City {
    fn drop(&mut self) {
        // What is left lies in the temporary folder.
        let _ = std::fs::remove_dir_all(&self.folder);
    }
}

impl City {
    /// Four classes each, 60 days, 60 % of places used. `bookings`: by real bookings; otherwise the rows of the
    /// class-days are written directly.
    pub fn make(nurseries: u32, bookings: bool) -> Result<Self, String> {
        let folder = std::env::temp_dir().join(format!("doorstep-bench-{nurseries}-{}", std::process::id()));
        std::fs::create_dir_all(&folder).map_err(|error| error.to_string())?;
        let city = Self { folder };
        let how = if bookings { "by real bookings" } else { "written directly, without bookings" };
        println!("   making {nurseries} nurseries, places taken {how}");
        let (count, data) = (nurseries.to_string(), city.folder.display().to_string());
        let mut arguments = vec!["demo", "--nurseries", &count, "--four-classes", "--data", &data];
        if !bookings {
            arguments.push("--places-only");
        }
        run_doorstep(&arguments)?;
        Ok(city)
    }

    pub fn file(&self) -> PathBuf {
        self.folder.join("doorstep.db")
    }

    pub fn url(&self) -> String {
        format!("sqlite:{}", self.file().display())
    }

    pub fn serve(&self) -> Result<Running, String> {
        Running::doorstep(&self.url(), &self.folder, &[])
    }
}

/// One search: hourly care for a child of some age on a day, within a window, near a point.
#[derive(Clone, Debug)]
pub struct Question {
    pub lat: f64,
    pub lng: f64,
    pub months: u16,
    pub date: Date,
    /// Half-hours.
    pub from: u8,
    pub to: u8,
}

/// Results asked for.
pub const RESULTS: usize = 20;
/// Days that questions are about, from three days ahead: no lead time plays a part then.
pub const DAYS: std::ops::Range<u64> = 3..13;

impl Question {
    pub fn path(&self) -> String {
        let time = |half_hour: u8| format!("{:02}:{:02}", half_hour / 2, half_hour % 2 * 30);
        format!(
            "/api/v1/slots?lat={:.5}&lng={:.5}&age_months={}&care=hourly&date={}&from={}&to={}&limit={RESULTS}",
            self.lat,
            self.lng,
            self.months,
            self.date,
            time(self.from),
            time(self.to)
        )
    }
}

/// Distinct questions about the city that a server knows, the same ones each time.
pub fn questions(server: &Running, count: usize) -> Result<Vec<Question>, String> {
    let districts: Districts = serde_json::from_str(&server.get("/api/v1/districts")?).map_err(|e| e.to_string())?;
    let corners = || districts.items.iter().flat_map(|district| district.outline.iter());
    let range = |axis: usize| {
        let (least, most) = corners().fold((f64::MAX, f64::MIN), |(a, b), at| (a.min(at[axis]), b.max(at[axis])));
        // Near the edge a search walks as far as everywhere else, but finds half as much on the way.
        let margin = (most - least) * 0.1;
        least + margin..most - margin
    };
    let (lngs, lats) = (range(0), range(1));
    let today = (chrono::Utc::now() + chrono::Duration::hours(8)).date_naive();
    let mut rng = StdRng::seed_from_u64(7);
    let question = |_| {
        let from = rng.random_range(17..30);
        Question {
            lat: rng.random_range(lats.clone()),
            lng: rng.random_range(lngs.clone()),
            months: rng.random_range(8..34),
            date: today + chrono::Days::new(rng.random_range(DAYS)),
            from,
            to: from + rng.random_range(2..5),
        }
    };
    Ok((0..count).map(question).collect())
}

/// Writes the paths for wrk, one a line.
pub fn write_paths(folder: &Path, name: &str, paths: impl Iterator<Item = String>) -> Result<PathBuf, String> {
    let file = folder.join(name);
    let text: Vec<String> = paths.collect();
    std::fs::write(&file, text.join("\n")).map_err(|error| error.to_string())?;
    Ok(file)
}
