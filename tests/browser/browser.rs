//! A Chromium of one test, driven by its ChromeDriver.

use std::{
    io::{BufRead as _, BufReader},
    path::Path,
    process::{Child, Command, Stdio},
    time::{Duration, Instant},
};

use doorstep_tests::{Folder, TestApp, workspace};
use serde_json::{Value, json};
use thirtyfour::{
    ChromiumLikeCapabilities as _, DesiredCapabilities, LoggingPrefsLogLevel, WebDriver, WebElement, prelude::*,
};

use crate::{
    console::{Complaint, complaints},
    look::{Look, Wasm},
};

const FLAGS: &[&str] = &[
    "--headless=new",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-dev-shm-usage",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
    "--hide-scrollbars",
];

/// How long a page may take until something is there.
const PATIENCE: Duration = Duration::from_secs(20);

/// What the network is like.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Network {
    On,
    Off,
    /// Every answer takes five seconds.
    Slow,
}

pub struct Browser {
    pub driver: WebDriver,
    pub look: Look,
    base: String,
    process: Child,
    _profile: Folder,
}

fn find(names: &[&str], package: &str) -> String {
    let found = names.iter().find(|name| Path::new(name).exists());
    (*found.unwrap_or_else(|| panic!("{package} is not installed (Debian: apt-get install {package})"))).to_owned()
}

/// A ChromeDriver and the port it listens on, when it says one.
fn start(driver: &str) -> Option<(Child, u16)> {
    let command = Command::new(driver).arg("--port=0").stdout(Stdio::piped()).stderr(Stdio::null()).spawn();
    let mut process = command.expect("ChromeDriver starts");
    let mut said = BufReader::new(process.stdout.take().expect("it is piped")).lines();
    let port = said.find_map(|line| {
        let line = line.ok()?;
        line.split("successfully on port ").nth(1)?.trim_end_matches('.').parse::<u16>().ok()
    });
    let Some(port) = port else {
        process.wait().expect("ChromeDriver has ended");
        return None;
    };
    // It must not stop because nobody reads what else it says.
    std::thread::spawn(move || said.for_each(drop));
    Some((process, port))
}

impl Browser {
    /// A new browser with an empty profile, which knows no page yet.
    pub async fn open(app: &TestApp, look: Look) -> Self {
        let driver = find(&["/usr/bin/chromedriver", "/usr/local/bin/chromedriver"], "chromium-driver");
        let chromium = find(&["/usr/bin/chromium", "/usr/bin/google-chrome"], "chromium");
        // The port that it finds free may be taken by another's before it listens.
        let (process, port) = (0..5).find_map(|_| start(&driver)).expect("ChromeDriver tells its port");
        let profile = Folder::new();
        let mut wishes = DesiredCapabilities::chrome();
        wishes.set_binary(&chromium).unwrap();
        let (width, height) = look.screen.size();
        let own = [
            format!("--user-data-dir={}", profile.path().display()),
            format!("--window-size={width},{height}"),
            format!("--lang={}", if look.locale == "zh" { "zh-CN" } else { "en" }),
        ];
        for flag in FLAGS.iter().copied().chain(own.iter().map(String::as_str)) {
            wishes.add_arg(flag).unwrap();
        }
        wishes.set_browser_log_level(LoggingPrefsLogLevel::All).unwrap();
        let driver = WebDriver::new(format!("http://127.0.0.1:{port}"), wishes).await.expect("Chromium starts");
        let browser = Self { driver, look, base: app.url(), process, _profile: profile };
        browser.dress().await;
        browser
    }

    /// Screen, settings and what is blocked.
    async fn dress(&self) {
        let (width, height) = self.look.screen.size();
        let phone = width < 600;
        let screen = json!({"width": width, "height": height, "deviceScaleFactor": 1, "mobile": phone});
        self.tell("Emulation.setDeviceMetricsOverride", screen).await;
        self.tell("Emulation.setTouchEmulationEnabled", json!({ "enabled": phone })).await;
        self.tell("Network.enable", json!({})).await;
        let cookie = json!({"name": "look", "value": self.look.cookie(), "url": self.base});
        self.tell("Network.setCookie", cookie).await;
        if self.look.wasm == Wasm::Blocked {
            self.tell("Network.setBlockedURLs", json!({"urls": ["*.wasm"]})).await;
        }
    }

    /// A command of the DevTools protocol.
    pub async fn tell(&self, command: &str, parameters: Value) -> Value {
        let answer = self.driver.cdp().send_raw(command, parameters).await;
        answer.unwrap_or_else(|error| panic!("{command}: {error}"))
    }

    /// From now on.
    pub async fn network(&self, network: Network) {
        let latency_ms = if network == Network::Slow { 5_000 } else { 0 };
        let conditions = json!({"offline": network == Network::Off, "latency": latency_ms, "downloadThroughput": -1, "uploadThroughput": -1});
        self.tell("Network.emulateNetworkConditions", conditions).await;
    }

    /// Opens a page of the site and waits until it stands.
    pub async fn go(&self, path: &str) {
        // Nobody leaves a page before it has faded in.
        self.has_settled().await;
        self.driver.goto(format!("{}{path}", self.base)).await.unwrap();
    }

    /// The path with its query.
    pub async fn path(&self) -> String {
        let url = self.driver.current_url().await.unwrap();
        url.query().map_or_else(|| url.path().to_owned(), |query| format!("{}?{query}", url.path()))
    }

    /// The first visible element of a CSS selector, once it is there.
    pub async fn see(&self, css: &str) -> WebElement {
        let began = Instant::now();
        loop {
            for element in self.driver.find_all(By::Css(css)).await.unwrap_or_default() {
                if element.is_displayed().await.unwrap_or(false) {
                    return element;
                }
            }
            if began.elapsed() > PATIENCE {
                self.shoot("missing").await;
                panic!("{css} is not there on {}:\n{}", self.path().await, self.text().await);
            }
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    }

    /// Whether something visible is there now.
    pub async fn sees(&self, css: &str) -> bool {
        for element in self.driver.find_all(By::Css(css)).await.unwrap_or_default() {
            if element.is_displayed().await.unwrap_or(false) {
                return true;
            }
        }
        false
    }

    /// Waits until the page says this.
    pub async fn read(&self, text: &str) {
        let began = Instant::now();
        while !self.text().await.contains(text) {
            if began.elapsed() > PATIENCE {
                self.shoot("missing").await;
                panic!("{text:?} is not read on {}:\n{}", self.path().await, self.text().await);
            }
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    }

    /// Waits until the page does not say this any more.
    pub async fn reads_no_longer(&self, text: &str) {
        let began = Instant::now();
        while self.text().await.contains(text) {
            assert!(
                began.elapsed() < PATIENCE,
                "{text:?} still stands on {}:\n{}",
                self.path().await,
                self.text().await
            );
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    }

    /// Waits until an element says of itself what it should.
    pub async fn see_attribute(&self, css: &str, name: &str, value: &str) {
        let began = Instant::now();
        let read = format!("document.querySelector({css:?})?.getAttribute({name:?})");
        while self.value(&read).await != json!(value) {
            assert!(began.elapsed() < PATIENCE, "{css} does not become {name}={value} on {}", self.path().await);
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    }

    pub async fn tap(&self, css: &str) {
        let element = self.see(css).await;
        element.scroll_into_view().await.unwrap();
        element.click().await.unwrap_or_else(|error| panic!("{css} cannot be tapped: {error}"));
    }

    /// Empties a field and types.
    pub async fn fill(&self, css: &str, text: &str) {
        let field = self.see(css).await;
        field.clear().await.unwrap();
        field.send_keys(text).await.unwrap();
    }

    /// What can be read on the page.
    pub async fn text(&self) -> String {
        let read = self.driver.execute("return document.body.innerText", Vec::new()).await;
        read.ok().and_then(|read| read.json().as_str().map(str::to_owned)).unwrap_or_default()
    }

    /// How many elements there are of a kind.
    pub async fn count(&self, css: &str) -> u64 {
        self.value(&format!("document.querySelectorAll({}).length", Value::from(css))).await.as_u64().unwrap()
    }

    /// The value of a JavaScript expression.
    pub async fn value(&self, expression: &str) -> Value {
        let read = self.driver.execute(format!("return {expression}"), Vec::new()).await.unwrap();
        read.json().clone()
    }

    /// Fails when the page complained in the console since this was last asked, but for answers with these statuses.
    pub async fn has_no_complaints(&self, refusals: &[u16]) {
        let log = self.driver.browser_log().await.unwrap();
        let log = log.into_iter().map(|line| Complaint { level: line.level, message: line.message }).collect();
        let found = complaints(log, refusals, self.look.wasm);
        assert!(found.is_empty(), "{} complains:\n{}", self.path().await, found.join("\n"));
    }

    /// Nothing is wider than the screen.
    pub async fn fits_the_screen(&self) {
        let wide = self.value(
            "(() => { const w = document.documentElement.clientWidth; \
             return document.documentElement.scrollWidth > w ? \
             [...document.querySelectorAll('body *')].filter(e => e.getBoundingClientRect().right > w + 1) \
             .slice(0, 5).map(e => e.getBoundingClientRect().right + ' ' + e.outerHTML.slice(0, 120)) : [] })()",
        );
        let wide = wide.await;
        assert_eq!(wide, json!([]), "{} is wider than the screen", self.path().await);
    }

    /// Keeps a picture of the whole page in `target/screenshots`.
    pub async fn shoot(&self, name: &str) {
        self.has_settled().await;
        let folder = workspace().join("target/screenshots");
        std::fs::create_dir_all(&folder).unwrap();
        let parameters = json!({"format": "png", "captureBeyondViewport": true});
        let picture = self.tell("Page.captureScreenshot", parameters).await;
        let bytes = base64_decoded(picture["data"].as_str().unwrap_or_default());
        std::fs::write(folder.join(format!("{name}-{}.png", self.look.name())), bytes).unwrap();
    }

    /// Waits until the change from one page to the next is over: a picture of the whole page makes the screen larger
    /// for a moment, which would abort it with a line in the console.
    async fn has_settled(&self) {
        let began = Instant::now();
        // A page that was never drawn has not begun to fade in.
        let drawn = "const done = arguments[0]; requestAnimationFrame(() => requestAnimationFrame(() => done(true)))";
        self.driver.execute_async(drawn, Vec::new()).await.unwrap();
        while self.value("document.activeViewTransition != null || document.readyState != 'complete'").await
            == json!(true)
        {
            assert!(began.elapsed() < PATIENCE, "{} is still fading in", self.path().await);
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    }

    pub async fn close(self) {
        self.driver.clone().quit().await.unwrap();
    }
}

impl Drop for Browser {
    fn drop(&mut self) {
        // Its Chromium ends with it.
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

fn base64_decoded(text: &str) -> Vec<u8> {
    use base64::Engine as _;
    base64::engine::general_purpose::STANDARD.decode(text).unwrap()
}
