// What the recorder needs of the system besides files: error texts and clocks.
package import Audit
import Glibc

package enum SystemCall {
    /// The system's words for an error number.
    package static func text(of number: Int32) -> String {
        guard let text = unsafe strerror(number) else { return "error \(number)" }
        return unsafe String(cString: text)
    }

    /// The name of an error number that a full or broken disk gives; nil for another one.
    package static func name(of number: Int32) -> Phrase? {
        switch number {
        case ENOSPC: "ENOSPC"
        case EDQUOT: "EDQUOT"
        case EFBIG: "EFBIG"
        case EIO: "EIO"
        case EROFS: "EROFS"
        default: nil
        }
    }

    /// The kernel's name for this run of the machine; monotonic times of one run can be compared.
    package static var boot: String {
        let path = "/proc/sys/kernel/random/boot_id"
        let descriptor = unsafe open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { return "unknown" }
        defer { close(descriptor) }
        // A UUID and a line feed.
        var bytes = [UInt8](repeating: 0, count: 37)
        let count = unsafe read(descriptor, &bytes, bytes.count)
        return String(decoding: bytes.prefix(max(0, count)).prefix(36), as: UTF8.self)
    }

    /// Both clocks now.
    package static func now() -> Moment {
        Moment(utc: microseconds(of: CLOCK_REALTIME), monotonic: microseconds(of: CLOCK_MONOTONIC))
    }

    private static func microseconds(of clock: clockid_t) -> UInt64 {
        var time = timespec()
        unsafe clock_gettime(clock, &time)
        return UInt64(max(0, time.tv_sec)) * 1_000_000 + UInt64(max(0, time.tv_nsec)) / 1000
    }
}
