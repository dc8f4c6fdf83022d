//! A socket in the file system, for whoever may open it there.

use std::{
    fs::{self, DirBuilder, Metadata, Permissions},
    io,
    os::unix::{
        fs::{DirBuilderExt, FileTypeExt, MetadataExt, PermissionsExt},
        net::{UnixListener, UnixStream},
    },
    path::{Path, PathBuf},
};

use uuid::Uuid;

/// Only for whoever made it.
const PRIVATE: u32 = 0o700;

/// A socket that listens at a path, until it is dropped.
#[derive(Debug)]
pub(crate) struct UnixSocket {
    path: PathBuf,
    file: File,
}

/// Which file it is, whatever its name.
#[derive(Debug, PartialEq, Eq)]
struct File {
    device: u64,
    number: u64,
}

impl From<&Metadata> for File {
    fn from(metadata: &Metadata) -> Self {
        Self {
            device: metadata.dev(),
            number: metadata.ino(),
        }
    }
}

impl UnixSocket {
    /// Listens at `path`, with these permissions from the first moment. A socket that a dead server left there is replaced;
    /// one that answers, and any other file, is not.
    pub(crate) fn bind(path: &Path, mode: u32) -> io::Result<(Self, UnixListener)> {
        refuse_to_replace(path)?;
        // Hidden where nobody else can reach it, and moved to its place when it has its permissions.
        let folder = Folder::beside(path)?;
        let hidden = folder.0.join("s");
        let listener = UnixListener::bind(&hidden)?;
        fs::set_permissions(&hidden, Permissions::from_mode(mode))?;
        let file = File::from(&fs::symlink_metadata(&hidden)?);
        fs::rename(&hidden, path)?;
        let path = path.to_owned();
        Ok((Self { path, file }, listener))
    }

    pub(crate) fn path(&self) -> &Path {
        &self.path
    }
}

impl Drop for UnixSocket {
    fn drop(&mut self) {
        let is_ours =
            fs::symlink_metadata(&self.path).is_ok_and(|found| File::from(&found) == self.file);
        if is_ours {
            // What stays is found to be dead at the next start.
            let _ = fs::remove_file(&self.path);
        }
    }
}

fn refuse_to_replace(path: &Path) -> io::Result<()> {
    let found = match fs::symlink_metadata(path) {
        Ok(found) => found,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(()),
        Err(error) => return Err(error),
    };
    if !found.file_type().is_socket() {
        return Err(io::Error::new(
            io::ErrorKind::AlreadyExists,
            "something that is no socket is there",
        ));
    }
    match UnixStream::connect(path) {
        Err(error) if error.kind() == io::ErrorKind::ConnectionRefused => Ok(()),
        Err(error) => Err(error),
        Ok(_) => Err(io::Error::new(
            io::ErrorKind::AddrInUse,
            "another server answers there",
        )),
    }
}

/// A folder that is removed when dropped.
struct Folder(PathBuf);

impl Folder {
    fn beside(path: &Path) -> io::Result<Self> {
        let number = Uuid::new_v4().simple().to_string();
        let folder = path.with_file_name(format!(".{}", &number[..8]));
        DirBuilder::new().mode(PRIVATE).create(&folder)?;
        Ok(Self(folder))
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        // Empty by now, unless something failed in between; then it says so by being there.
        let _ = fs::remove_dir(&self.0);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn place() -> (tempfile::TempDir, PathBuf) {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("server.sock");
        (folder, path)
    }

    fn names(folder: &tempfile::TempDir) -> Vec<String> {
        let entries = fs::read_dir(folder.path()).unwrap();
        let names = entries.map(|entry| entry.unwrap().file_name().into_string().unwrap());
        names.collect()
    }

    #[test]
    fn it_has_its_permissions_and_goes_when_it_is_dropped() {
        let (folder, path) = place();
        let (socket, _listener) = UnixSocket::bind(&path, 0o620).unwrap();
        let mode = fs::metadata(&path).unwrap().mode();
        assert_eq!(mode & 0o777, 0o620);
        assert_eq!(names(&folder), ["server.sock"]);
        UnixStream::connect(socket.path()).unwrap();
        drop(socket);
        assert!(names(&folder).is_empty());
    }

    #[test]
    fn what_a_dead_server_left_is_replaced_and_nothing_else() {
        let (_folder, path) = place();
        drop(UnixListener::bind(&path).unwrap());
        let (socket, listener) = UnixSocket::bind(&path, 0o600).unwrap();
        let error = UnixSocket::bind(&path, 0o600).unwrap_err();
        assert_eq!(error.kind(), io::ErrorKind::AddrInUse);
        UnixStream::connect(&path).unwrap();
        drop((socket, listener));

        fs::write(&path, "somebody's").unwrap();
        let error = UnixSocket::bind(&path, 0o600).unwrap_err();
        assert_eq!(error.kind(), io::ErrorKind::AlreadyExists);
        assert_eq!(fs::read_to_string(&path).unwrap(), "somebody's");
    }

    #[test]
    fn the_socket_of_a_successor_stays() {
        let (_folder, path) = place();
        let (first, listener) = UnixSocket::bind(&path, 0o600).unwrap();
        drop(listener);
        let (_second, _listener) = UnixSocket::bind(&path, 0o600).unwrap();
        drop(first);
        UnixStream::connect(&path).unwrap();
    }
}
