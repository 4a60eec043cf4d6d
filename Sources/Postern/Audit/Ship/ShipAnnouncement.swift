// Before its first record leaves, a shipper has the trail say where records go; once for each start.
import Audit
import Reactor

struct ShipAnnouncement {
    let folder: String
    /// Whether a recorder is sure to come: else a trail without one is a copy, which can't say it.
    let awaitsRecorder: Bool
    private var isMade = false

    init(folder: String, awaitsRecorder: Bool) {
        self.folder = folder
        self.awaitsRecorder = awaitsRecorder
    }

    /// Returns when it stands in the trail, or can't.
    mutating func make(_ text: String) throws(ShipError) {
        guard !isMade else { return }
        do throws(SystemError) {
            isMade = try TrailDoor.announce(.auditExport, text, at: folder) || !awaitsRecorder
        } catch {
            throw .trail("\(error)")
        }
        guard isMade else { throw .trail("the recorder of \(folder) is not there yet") }
    }
}
