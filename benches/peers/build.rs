//! Looks for the C libraries. One that is missing is said so and left out.

fn main() {
    for (library, package) in [
        ("libsodium", "libsodium-dev"),
        ("libargon2", "libargon2-dev"),
    ] {
        println!("cargo::rustc-check-cfg=cfg({library})");
        match pkg_config::probe_library(library) {
            Ok(found) => {
                println!("cargo::rustc-cfg={library}");
                println!("cargo::rustc-env={library}={}", found.version);
            }
            Err(_) => println!(
                "cargo::warning={library} is left out: pkg-config does not find it (Debian: \
                 apt-get install pkg-config {package})"
            ),
        }
    }
}
