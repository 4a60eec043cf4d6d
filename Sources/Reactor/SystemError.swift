// A system call that failed: which one, and why.
import Glibc

/// The one error of this module.
package struct SystemError: Error, Equatable, Sendable {
    /// What was tried, for example `bind`.
    package let call: String
    /// The kernel's error number.
    package let code: Int32

    package init(_ call: String, code: Int32) {
        self.call = call
        self.code = code
    }

    /// The error that the call just made left in `errno`.
    package static func last(_ call: String) -> SystemError { SystemError(call, code: errno) }
}

extension SystemError: CustomStringConvertible {
    package var description: String {
        guard let text = unsafe strerror(code) else { return "\(call): error \(code)" }
        return "\(call): \(unsafe String(cString: text))"
    }
}
