//! Photos of persons who pick up: decoded, turned upright, made small and written anew, so that nothing of the file that
//! was sent is kept, neither where it was taken nor by which phone.

use std::io::Cursor;

use actix_web::{HttpRequest, HttpResponse, http::header, web};
use base64::{Engine as _, engine::general_purpose::STANDARD};
use doorstep_shared::{
    Problem, ProblemKind, Timestamp,
    family::{Ability, ErasePhoto},
    ids::{AccountId, FamilyId, PickUpPersonId},
    problem::FieldRule,
};
use image::{
    DynamicImage, ImageDecoder as _, ImageError, ImageFormat, ImageReader, Limits, codecs::jpeg::JpegEncoder,
    metadata::Orientation,
};

use super::{find, lock, store};
use crate::{
    accounts::{
        keys::Keys,
        permission::{ManagesFamily, SeesFamily},
    },
    api::{Call, add_cookies, problem_response},
    app::App,
    audit::{self, Action},
    auth::{Permission as _, Reply},
    db::Conn,
    error::{Error, Result},
};

/// Of a person, by the person's id.
pub const PATH: &str = "/api/v1/family/pick-up-persons/{id}/photo";
/// Bytes of a file that is sent, at most.
pub const MOST_BYTES: usize = 8 * 1024 * 1024;

/// Of a photo that is kept, at most.
const SIDE: u32 = 512;
/// Of a photo that is sent, at most.
const MOST_SIDE: u32 = 8_192;
/// Bytes that a photo may take once it is decoded: 32 million dots of three colours. A few hundred bytes can promise any
/// number of dots.
const MOST_MEMORY: u64 = 96 * 1024 * 1024;
const QUALITY: u8 = 85;

/// A small JPEG without metadata of a JPEG, PNG or WebP.
///
/// # Errors
/// `invalid` when it is none, `too-large` when it has too many dots.
fn remade(sent: &[u8]) -> Result<Vec<u8>, Problem> {
    let refused = |error: ImageError| match error {
        ImageError::Limits(_) => too_large(),
        _ => no_photo(),
    };
    let mut reader = ImageReader::new(Cursor::new(sent)).with_guessed_format().map_err(|_| no_photo())?;
    if !matches!(reader.format(), Some(ImageFormat::Jpeg | ImageFormat::Png | ImageFormat::WebP)) {
        return Err(no_photo());
    }
    let mut limits = Limits::default();
    (limits.max_image_width, limits.max_image_height) = (Some(MOST_SIDE), Some(MOST_SIDE));
    limits.max_alloc = Some(MOST_MEMORY);
    reader.limits(limits.clone());
    let mut decoder = reader.into_decoder().map_err(refused)?;
    let (width, height) = decoder.dimensions();
    limits.check_dimensions(width, height).and_then(|()| limits.reserve(decoder.total_bytes())).map_err(refused)?;
    decoder.set_limits(limits).map_err(refused)?;
    let orientation = decoder.orientation().unwrap_or(Orientation::NoTransforms);
    let photo = DynamicImage::from_decoder(decoder).map_err(refused)?;
    let mut photo = if width.max(height) > SIDE { photo.thumbnail(SIDE, SIDE) } else { photo };
    photo.apply_orientation(orientation);
    let mut kept = Vec::new();
    JpegEncoder::new_with_quality(&mut kept, QUALITY).encode_image(&photo.to_rgb8()).map_err(refused)?;
    Ok(kept)
}

fn no_photo() -> Problem {
    Problem::field("photo", FieldRule::NotAPhoto, "a JPEG, PNG or WebP image")
}

fn too_large() -> Problem {
    Problem::new(ProblemKind::TooLarge).detail(format!("a photo has at most {MOST_SIDE} dots a side"))
}

/// What the seal is bound to.
fn place(id: PickUpPersonId) -> Vec<u8> {
    [b"pick-up photo ", id.0.as_bytes().as_slice()].concat()
}

/// `POST` of a file: the photo of a person, in the place of an earlier one.
pub async fn receive(call: Call<ManagesFamily>, id: String, sent: Vec<u8>) -> Result<()> {
    let id: PickUpPersonId = id.parse().map_err(|_| ProblemKind::NotFound)?;
    let (now, holder, keys) = (call.now, *call.who, call.app.accounts.keys.clone());
    let family = holder.family;
    call.app.db.read(move |conn| find(conn, family, id).map(drop)).await?;
    // One at a time: what one takes in memory is bounded, what many take would not be.
    let turn = call.app.accounts.photos.acquire().await.map_err(Error::internal)?;
    let kept = web::block(move || remade(&sent)).await.map_err(Error::internal)??;
    drop(turn);
    call.write(move |conn| {
        lock(conn, &holder, Ability::ManageFamily)?;
        find(conn, family, id)?;
        store::set_photo(conn, id, Some(keys.seal_bytes(&place(id), &kept)?))?;
        Ok(audit::record(conn, now, holder.account, Action::PhotoStored, id.0)?)
    })
    .await
}

pub async fn erase(call: Call<ManagesFamily>, wanted: ErasePhoto) -> Result<()> {
    let (now, holder, id) = (call.now, *call.who, wanted.id);
    call.write(move |conn| {
        lock(conn, &holder, Ability::ManageFamily)?;
        find(conn, holder.family, id)?;
        store::set_photo(conn, id, None)?;
        Ok(audit::record(conn, now, holder.account, Action::PhotoErased, id.0)?)
    })
    .await
}

/// `GET` of the photo. Who looked at it is written down.
pub async fn answer(app: web::Data<App>, request: HttpRequest, id: web::Path<String>) -> HttpResponse {
    let reply = Reply::of(&request);
    let mut answer = match photo(&app, &request, &reply, &id).await.map_err(Error::into_problem) {
        Ok(photo) => response(photo),
        Err(problem) => problem_response(&problem),
    };
    add_cookies(&reply, &mut answer);
    answer
}

async fn photo(app: &App, request: &HttpRequest, reply: &Reply, id: &str) -> Result<Vec<u8>> {
    let holder = *SeesFamily::of(app, request, reply).await?;
    let id: PickUpPersonId = id.parse().map_err(|_| ProblemKind::NotFound)?;
    let (now, keys) = (app.clock.now(), app.accounts.keys.clone());
    app.db.write(move |conn| opened(conn, now, &keys, (holder.account, holder.family), id)).await
}

/// The photo of a person who picks up for a family, and a note of who looked at it.
///
/// # Errors
/// `not-found` when it is another family's, or there is none.
pub fn opened(
    conn: &mut Conn,
    now: Timestamp,
    keys: &Keys,
    (by, family): (AccountId, FamilyId),
    id: PickUpPersonId,
) -> Result<Vec<u8>> {
    find(conn, family, id)?;
    let sealed = store::photo(conn, id)?.ok_or(ProblemKind::NotFound)?;
    audit::record(conn, now, by, Action::PhotoRead, id.0)?;
    keys.open_bytes(&place(id), &sealed)
}

/// The answer that shows a photo, and lets nothing of it be kept or run.
pub fn response(photo: Vec<u8>) -> HttpResponse {
    HttpResponse::Ok()
        .content_type("image/jpeg")
        .insert_header((header::CACHE_CONTROL, "no-store"))
        .insert_header((header::X_CONTENT_TYPE_OPTIONS, "nosniff"))
        .insert_header((header::CONTENT_SECURITY_POLICY, "default-src 'none'"))
        .body(photo)
}

/// The photos of a family in Base64, for its export.
pub fn all(conn: &mut Conn, keys: &Keys, family: FamilyId) -> Result<Vec<(PickUpPersonId, String)>> {
    let open =
        |(id, sealed): (PickUpPersonId, Vec<u8>)| Ok((id, STANDARD.encode(keys.open_bytes(&place(id), &sealed)?)));
    store::photos(conn, family)?.into_iter().map(open).collect()
}

#[cfg(test)]
mod tests {
    use image::{ExtendedColorType, ImageEncoder as _, Rgb, RgbImage, codecs::png::PngEncoder};

    use super::*;

    /// Red on the left, blue on the right.
    fn two_halves(width: u32, height: u32) -> RgbImage {
        RgbImage::from_fn(width, height, |x, _| if x < width / 2 { Rgb([255, 0, 0]) } else { Rgb([0, 0, 255]) })
    }

    fn png(image: &RgbImage) -> Vec<u8> {
        let mut file = Vec::new();
        let encoder = PngEncoder::new(&mut file);
        encoder.write_image(image, image.width(), image.height(), ExtendedColorType::Rgb8).unwrap();
        file
    }

    fn jpeg(image: &RgbImage) -> Vec<u8> {
        let mut file = Vec::new();
        JpegEncoder::new_with_quality(&mut file, 95).encode_image(image).unwrap();
        file
    }

    /// A JPEG whose first segment is EXIF with an orientation and the place where it was taken.
    fn with_exif(jpeg: &[u8], orientation: u8) -> Vec<u8> {
        let entry = |tag: u16, kind: u16, count: u32, value: [u8; 4]| {
            [&tag.to_be_bytes()[..], &kind.to_be_bytes(), &count.to_be_bytes(), &value].concat()
        };
        let tiff = [
            b"MM\0\x2a\0\0\0\x08".to_vec(),
            2_u16.to_be_bytes().to_vec(),
            entry(0x0112, 3, 1, [0, orientation, 0, 0]),
            // The directory of the place begins behind this one.
            entry(0x8825, 4, 1, 38_u32.to_be_bytes()),
            0_u32.to_be_bytes().to_vec(),
            1_u16.to_be_bytes().to_vec(),
            entry(0x0001, 2, 4, *b"N31\0"),
            0_u32.to_be_bytes().to_vec(),
            b"GPS 31.2304 N 121.4737 E".to_vec(),
        ];
        let body = [b"Exif\0\0".as_slice(), &tiff.concat()].concat();
        let length = u16::try_from(body.len() + 2).unwrap().to_be_bytes();
        [&jpeg[..2], b"\xff\xe1", &length, &body, &jpeg[2..]].concat()
    }

    fn opened(file: &[u8]) -> RgbImage {
        image::load_from_memory_with_format(file, ImageFormat::Jpeg).unwrap().to_rgb8()
    }

    fn is_red(dot: &Rgb<u8>) -> bool {
        dot.0[0] > 200 && dot.0[2] < 60
    }

    #[test]
    fn nothing_of_the_file_is_kept_but_what_it_shows() {
        let sent = with_exif(&jpeg(&two_halves(600, 300)), 1);
        let holds = |file: &[u8], word: &[u8]| file.windows(word.len()).any(|part| part == word);
        assert!(holds(&sent, b"GPS 31.2304") && holds(&sent, b"Exif"));
        let kept = remade(&sent).unwrap();
        assert!(!holds(&kept, b"GPS") && !holds(&kept, b"Exif"));
        // Every marker of the new file is one that a picture needs: no APP1 to APP15, no comment.
        let mut at = 2;
        while kept[at + 1] != 0xDA {
            assert!(matches!(kept[at + 1], 0xC0 | 0xC4 | 0xDB | 0xE0), "{:x}", kept[at + 1]);
            at += 2 + usize::from(u16::from_be_bytes([kept[at + 2], kept[at + 3]]));
        }
        let shown = opened(&kept);
        assert_eq!(shown.dimensions(), (SIDE, SIDE / 2));
        assert!(is_red(shown.get_pixel(10, 100)) && !is_red(shown.get_pixel(500, 100)));
    }

    #[test]
    fn a_photo_that_was_taken_sideways_stands_upright() {
        // 6: to be turned clockwise, so that what was on the left is on top.
        let shown = opened(&remade(&with_exif(&jpeg(&two_halves(600, 300)), 6)).unwrap());
        assert_eq!(shown.dimensions(), (SIDE / 2, SIDE));
        assert!(is_red(shown.get_pixel(100, 10)) && !is_red(shown.get_pixel(100, 500)));
    }

    #[test]
    fn a_small_photo_stays_as_large_as_it_is() {
        assert_eq!(opened(&remade(&png(&two_halves(40, 20))).unwrap()).dimensions(), (40, 20));
    }

    /// A PNG of a few hundred bytes that says it has so many dots.
    fn bomb(width: u32, height: u32) -> Vec<u8> {
        let mut file = png(&two_halves(8, 8));
        file[16..20].copy_from_slice(&width.to_be_bytes());
        file[20..24].copy_from_slice(&height.to_be_bytes());
        let sum = crc(&file[12..29]).to_be_bytes();
        file[29..33].copy_from_slice(&sum);
        file
    }

    fn crc(bytes: &[u8]) -> u32 {
        let step = |crc: u32, byte: &u8| {
            (0..8).fold(crc ^ u32::from(*byte), |crc, _| if crc & 1 == 1 { crc >> 1 ^ 0xEDB8_8320 } else { crc >> 1 })
        };
        !bytes.iter().fold(!0, step)
    }

    #[test]
    fn what_is_no_photo_or_promises_too_much_is_refused() {
        let cut = jpeg(&two_halves(64, 64));
        let cases = [
            ("nothing", Vec::new(), ProblemKind::Invalid),
            ("words", b"<svg onload=alert(1)>".to_vec(), ProblemKind::Invalid),
            ("another kind of image", b"GIF89a\x01\0\x01\0\0\0\0".to_vec(), ProblemKind::Invalid),
            ("half a head", cut[..20].to_vec(), ProblemKind::Invalid),
            ("a bomb with long sides", bomb(100_000, 100_000), ProblemKind::TooLarge),
            ("a bomb with sides that are allowed", bomb(8_192, 8_192), ProblemKind::TooLarge),
        ];
        for (name, file, kind) in cases {
            assert_eq!(remade(&file).unwrap_err().kind, kind, "{name}");
        }
    }
}
