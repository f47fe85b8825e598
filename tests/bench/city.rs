//! Cities to measure on, and the questions asked of them.

use std::{
    f64::consts::TAU,
    path::{Path, PathBuf},
};

use doorstep_shared::{care::CareKind, nurseries::Districts, time::Date};
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
        let folder = memory().join(format!("doorstep-bench-{nurseries}-{}", std::process::id()));
        std::fs::create_dir_all(&folder).map_err(|error| error.to_string())?;
        let city = Self { folder };
        let how = if bookings { "by real bookings" } else { "written directly, without bookings" };
        println!("   making {nurseries} nurseries, places taken {how}");
        Self::fill(&city.folder, &city.url(), nurseries, bookings)?;
        Ok(city)
    }

    /// The same in a database of the caller's.
    pub fn fill(folder: &Path, url: &str, nurseries: u32, bookings: bool) -> Result<(), String> {
        let (count, data) = (nurseries.to_string(), folder.display().to_string());
        let mut arguments =
            vec!["demo", "--nurseries", &count, "--four-classes", "--data", &data, "--database-url", url];
        if !bookings {
            arguments.push("--places-only");
        }
        run_doorstep(&arguments).map(drop)
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

/// Where files cost no disk, for making what is only read or is copied to the disk later.
pub fn memory() -> PathBuf {
    let memory = PathBuf::from("/dev/shm");
    if memory.is_dir() { memory } else { std::env::temp_dir() }
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
/// Farther away nobody brings a child.
pub const RADIUS_M: u32 = 20_000;
/// Days that questions are about, from three days ahead: no lead time plays a part then.
pub const DAYS: std::ops::Range<u64> = 3..13;

impl Question {
    pub fn path(&self) -> String {
        format!(
            "/api/v1/slots?lat={:.5}&lng={:.5}&radius_m={RADIUS_M}&age_months={}&care=hourly&date={}&{}&limit={RESULTS}",
            self.lat,
            self.lng,
            self.months,
            self.date,
            self.times()
        )
    }
}

impl Question {
    /// The address of the page that asks the same of the whole city, as a parent's browser has it.
    pub fn page(&self) -> String {
        format!("{}&care=hourly&date={}&{}", self.opened(), self.date, self.times())
    }

    /// The page as it opens for this parent: any care in the coming week.
    pub fn opened(&self) -> String {
        let birth = (chrono::Utc::now().date_naive() - chrono::Months::new(self.months.into())).format("%Y-%m");
        format!("/?at={:.4},{:.4}&birth={birth}", self.lat, self.lng)
    }

    /// The page after a chip, a day of the strip, or both.
    pub fn chosen(&self, turn: usize) -> String {
        let care = CareKind::ALL.get(turn % 7).map(|care| format!("&care={}", care.as_str()));
        let date = (!turn.is_multiple_of(3)).then(|| format!("&date={}", self.date));
        [self.opened(), care.unwrap_or_default(), date.unwrap_or_default()].concat()
    }

    fn times(&self) -> String {
        let time = |half_hour: u8| format!("{:02}:{:02}", half_hour / 2, half_hour % 2 * 30);
        format!("from={}&to={}", time(self.from), time(self.to))
    }
}

/// Distinct questions about the city that a server knows, the same ones each time.
pub fn questions(server: &Running, count: usize) -> Result<Vec<Question>, String> {
    let districts: Districts = serde_json::from_str(&server.get("/api/v1/districts")?).map_err(|e| e.to_string())?;
    let corners = || districts.items.iter().flat_map(|district| district.outline.iter());
    let range = |axis: usize| {
        let (least, most) = corners().fold((f64::MAX, f64::MIN), |(a, b), at| (a.min(at[axis]), b.max(at[axis])));
        // Near the edge a search walks as far as everywhere else, but finds half as much on the way.
        ((least + most) / 2.0, (most - least) / 2.0 * 0.9)
    };
    let ((lng, width), (lat, height)) = (range(0), range(1));
    let today = (chrono::Utc::now() + chrono::Duration::hours(8)).date_naive();
    let mut rng = StdRng::seed_from_u64(7);
    let question = |_| {
        let from = rng.random_range(17..30);
        // The city is round; the root spreads the points evenly over it.
        let (turn, reach) = (rng.random_range(0.0..TAU), f64::sqrt(rng.random_range(0.0..1.0)));
        Question {
            lat: lat + height * reach * turn.sin(),
            lng: lng + width * reach * turn.cos(),
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
