// How the libraries of this process look an address up: theirs is the symbol of the C library, and
// the program's own comes before it.
//
// libpam tells the kernel's audit of every login twice, each time with the client's address, and
// libaudit looks that up as it would a name: it asks for the machine's own addresses first
// (AI_ADDRCONFIG), seven system calls and a third of what PAM costs. Digits need none of it.
public import Glibc

private typealias AddressLookup =
    @convention(c) (
        UnsafePointer<CChar>?, UnsafePointer<CChar>?, UnsafePointer<addrinfo>?,
        UnsafeMutablePointer<UnsafeMutablePointer<addrinfo>?>?
    ) -> CInt

/// The C library's; nil when it has none, and then no name is found.
private let libraryLookup: AddressLookup? = {
    /// RTLD_NEXT, a macro with a cast: whoever comes behind this program.
    let next = unsafe UnsafeMutableRawPointer(bitPattern: -1)
    guard let symbol = unsafe dlsym(next, "getaddrinfo") else { return nil }
    return unsafe unsafeBitCast(symbol, to: AddressLookup.self)
}()

/// getaddrinfo(3), which takes an address in digits for what it is, whatever addresses this machine
/// has itself.
@c(getaddrinfo)
public func lookUpAddress(
    _ node: UnsafePointer<CChar>?,
    _ service: UnsafePointer<CChar>?,
    _ hints: UnsafePointer<addrinfo>?,
    _ result: UnsafeMutablePointer<UnsafeMutablePointer<addrinfo>?>?
) -> CInt {
    guard let libraryLookup = unsafe libraryLookup else { return EAI_FAIL }
    if var digits = unsafe hints?.pointee, unsafe digits.ai_flags & AI_ADDRCONFIG != 0 {
        unsafe digits.ai_flags = digits.ai_flags & ~AI_ADDRCONFIG | AI_NUMERICHOST
        let status = unsafe libraryLookup(node, service, &digits, result)
        if status == 0 { return 0 }
    }
    return unsafe libraryLookup(node, service, hints, result)
}
