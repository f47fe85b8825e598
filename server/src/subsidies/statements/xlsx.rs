//! A month as a spreadsheet: what it says is the pages' (`doorstep_web`), how it is written stands here.

use doorstep_shared::statements::{Statement, Statements};
use doorstep_web::{
    Locale,
    nursery::statements::sheets::{self, Cell, Sheet},
};
use rust_xlsxwriter::{Format, FormatAlign, Workbook, Worksheet, XlsxError};

use crate::error::{Error, Result};

/// Yuan with fen, as accountants read them.
const MONEY: &str = "#,##0.00";
const DATE: &str = "yyyy-mm-dd";
/// As the file format numbers papers.
const A4: u8 = 9;
/// Columns as wide as what stands in them, within reason.
const WIDTHS: std::ops::RangeInclusive<usize> = 8..=40;

/// # Errors
/// When it cannot be written, which is a mistake of ours.
pub fn file(all: &Statements, each: &[Statement], locale: Locale) -> Result<Vec<u8>> {
    write(&sheets::of_month(all, each, locale)).map_err(Error::internal)
}

fn write(sheets: &[Sheet]) -> Result<Vec<u8>, XlsxError> {
    let mut book = Workbook::new();
    for sheet in sheets {
        let page = book.add_worksheet();
        page.set_name(&sheet.name)?;
        fill(page, sheet)?;
    }
    book.save_to_buffer()
}

fn fill(page: &mut Worksheet, sheet: &Sheet) -> Result<(), XlsxError> {
    let head = Format::new().set_bold().set_text_wrap().set_align(FormatAlign::Top);
    let (money, date) = (Format::new().set_num_format(MONEY), Format::new().set_num_format(DATE));
    let bold_money = Format::new().set_num_format(MONEY).set_bold();
    for (column, text) in (0_u16..).zip(&sheet.head) {
        page.write_string_with_format(0, column, text, &head)?;
        page.set_column_width(column, width(sheet, usize::from(column)))?;
    }
    for (row, cells) in (1_u32..).zip(&sheet.rows) {
        let is_sum = sheet.has_sum && row as usize == sheet.rows.len();
        for (column, cell) in (0_u16..).zip(cells) {
            match cell {
                // Always a text, whatever it begins with: nothing that a family wrote is ever a formula.
                Cell::Text(text) if is_sum => page.write_string_with_format(row, column, text, &head)?,
                Cell::Text(text) => page.write_string(row, column, text)?,
                Cell::Money(fen) if is_sum => page.write_number_with_format(row, column, yuan(fen.0), &bold_money)?,
                Cell::Money(fen) => page.write_number_with_format(row, column, yuan(fen.0), &money)?,
                Cell::Count(count) => page.write_number(row, column, *count)?,
                Cell::Date(day) => page.write_datetime_with_format(row, column, day, &date)?,
                Cell::Empty => page,
            };
        }
    }
    page.set_freeze_panes(1, 0)?;
    page.set_landscape().set_paper_size(A4).set_print_fit_to_pages(1, 0).set_repeat_rows(0, 0)?;
    Ok(())
}

/// A spreadsheet knows only floats; up to a hundred thousand million yuan they hold every fen.
#[expect(clippy::cast_precision_loss, reason = "see above")]
fn yuan(fen: i64) -> f64 {
    fen as f64 / 100.0
}

fn width(sheet: &Sheet, column: usize) -> f64 {
    let of_text = |text: &str| text.chars().map(|c| if c.is_ascii() { 1 } else { 2 }).sum::<usize>();
    let cells = sheet.rows.iter().filter_map(|row| row.get(column)).map(|cell| match cell {
        Cell::Text(text) => of_text(text),
        Cell::Money(_) | Cell::Date(_) => 11,
        Cell::Count(_) | Cell::Empty => 0,
    });
    let widest = cells.chain(sheet.head.get(column).map(|text| of_text(text))).max().unwrap_or(0) + 2;
    f64::from(u16::try_from(widest.clamp(*WIDTHS.start(), *WIDTHS.end())).unwrap_or(40))
}
