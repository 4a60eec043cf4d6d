// A configuration that was read and found good, and the same as the gateway gets it.
import Bytes
import Configuration
import Reactor
import TLS

/// The configuration with the sealed bundle of all files it was made of.
final class LoadedConfiguration {
    let configuration: Configuration
    let bundle: FileDescriptor

    init(path: String, rehearses: Bool) throws {
        let reader = FileReader.disk(rehearsing: rehearses)
        configuration = try Configuration.load(path: path, reader: reader, digest: Digest.sha256)
        var bytes = try reader.bundle.encoded()
        defer { bytes.wipe() }
        bundle = try SealedMemory.file(holding: bytes.span)
    }

    /// What `new` changes although it can only be changed by a restart; nil when nothing.
    func obstacle(to new: Configuration) -> String? {
        let old = configuration
        if !old.listeners.elementsEqual(new.listeners, by: { $0.addresses == $1.addresses }) {
            return "the listeners' addresses"
        }
        if old.audit != new.audit { return "the audit trail" }
        if old.processes != new.processes { return "the processes" }
        if old.pam?.helpers != new.pam?.helpers { return "the number of PAM helpers" }
        return nil
    }
}
