//! What a parent does on the way, each as one step.

use doorstep_shared::Date;
use doorstep_tests::{Offer, TestApp};

use crate::{browser::Browser, look::Look};

/// The page that books this window on this day.
pub fn book_path(offer: &Offer, date: Date) -> String {
    format!("/book?offer={}&from=09:00&to=11:00&date={date}", offer.id)
}

impl Browser {
    /// A browser whose owner is signed in and has told about a child.
    pub async fn signed_in(app: &TestApp, look: Look, phone: &str) -> Self {
        let browser = Self::open(app, look).await;
        browser.go("/sign-in?next=/children/new").await;
        browser.sign_in(app, phone).await;
        browser.tell_about_child(app).await;
        browser.tap("main form.stack > button, main form button.wide").await;
        browser.is_elsewhere_than("/children/new").await;
        browser.has_no_complaints(&[]).await;
        browser
    }

    /// Proves whose number it is and waits for the page that was wanted.
    pub async fn sign_in(&self, app: &TestApp, phone: &str) {
        self.prove_number(app, phone).await;
        self.is_elsewhere_than("/sign-in").await;
    }

    /// Types the number, reads the code where messages are kept, and types it.
    pub async fn prove_number(&self, app: &TestApp, phone: &str) {
        self.fill("#phone", phone).await;
        self.tap("form#sign-in button").await;
        self.see("#code").await;
        let code = app.code_sent_to(phone).await;
        self.fill("#code", &code).await;
        self.tap("form#sign-in button").await;
    }

    /// Tells about a girl of 18 months and consents.
    pub async fn tell_about_child(&self, app: &TestApp) {
        self.fill("#name", "小满").await;
        self.choose_date("#birth_date", app.today() - chrono::Months::new(18)).await;
        self.tap("label:has(input[name=sex][value=female])").await;
        self.tap("#consent_care").await;
    }

    /// A date input takes keys in the order of the browser's language; its value has one form only.
    pub async fn choose_date(&self, css: &str, date: Date) {
        self.choose(css, &date.to_string()).await;
    }

    /// Gives a field a value that it can have.
    pub async fn choose(&self, css: &str, value: &str) {
        self.see(css).await;
        let script = "const [css, value] = arguments; const field = document.querySelector(css); \
                      field.value = value; field.dispatchEvent(new Event('change', {bubbles: true}))";
        self.driver.execute(script, vec![css.into(), value.into()]).await.unwrap();
    }

    /// Presses the one button of the bar at the foot.
    pub async fn press_the_bar(&self) {
        self.tap(".foot-bar button").await;
    }

    /// Waits until a JavaScript expression is true.
    pub async fn see_that(&self, expression: &str) {
        let began = std::time::Instant::now();
        while self.value(expression).await != serde_json::json!(true) {
            assert!(began.elapsed().as_secs() < 20, "never {expression} on {}", self.path().await);
            tokio::time::sleep(std::time::Duration::from_millis(20)).await;
        }
    }

    /// Waits until another page has come.
    pub async fn is_elsewhere_than(&self, path: &str) {
        let began = std::time::Instant::now();
        while self.path().await.starts_with(path) {
            assert!(began.elapsed().as_secs() < 20, "still on {path}:\n{}", self.text().await);
            tokio::time::sleep(std::time::Duration::from_millis(50)).await;
        }
    }
}
