//! A program without a signer, as the base of the sizes.
fn main() {
    println!("{:?}", std::env::args().nth(1));
}
