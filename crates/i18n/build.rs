//! Lists the text files of every language, so that a new file is taken in without an edit anywhere.

use std::{env, error::Error, fmt::Write as _, fs, path::Path};

fn main() -> Result<(), Box<dyn Error>> {
    let root = Path::new(&env::var_os("CARGO_MANIFEST_DIR").ok_or("no manifest folder")?).join("locales");
    println!("cargo::rerun-if-changed={}", root.display());
    let mut table = String::from("&[\n");
    for language in sorted(&root)? {
        println!("cargo::rerun-if-changed={}", root.join(&language).display());
        for file in sorted(&root.join(&language))? {
            if let Some(area) = file.strip_suffix(".ftl") {
                let path = root.join(&language).join(&file);
                writeln!(
                    table,
                    "    ({language:?}, {area:?}, include_str!({:?})),",
                    path.display().to_string()
                )?;
            }
        }
    }
    table.push(']');
    let out = env::var_os("OUT_DIR").ok_or("no output folder")?;
    fs::write(Path::new(&out).join("texts.rs"), table)?;
    Ok(())
}

fn sorted(folder: &Path) -> Result<Vec<String>, Box<dyn Error>> {
    let mut names = fs::read_dir(folder)?
        .map(|entry| Ok(entry?.file_name().to_string_lossy().into_owned()))
        .collect::<Result<Vec<_>, std::io::Error>>()?;
    names.sort();
    Ok(names)
}
