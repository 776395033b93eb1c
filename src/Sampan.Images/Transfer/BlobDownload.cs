using System.Diagnostics;
using System.Security.Cryptography;
using Sampan.Linux;
using Sampan.Oci;

namespace Sampan.Images;

/// <summary>
/// Brings one blob of a registry into a file below <c>downloads</c>, verified. What breaks off is taken up again where it broke off:
/// in the same process by <c>Range</c>, and by the next pull from the file that was left.
/// </summary>
internal sealed class BlobDownload : IDisposable
{
    private const int Chunk = 256 << 10;

    /// <summary>Connections in a row that bring nothing.</summary>
    private const int MaxIdleTries = 5;
    /// <summary>Between two looks at a file that another pull writes.</summary>
    private static readonly TimeSpan s_look = TimeSpan.FromMilliseconds(50);
    private string? _adopted;
    private readonly Descriptor _blob;
    private readonly IncrementalHash _hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);

    private BlobDownload(Descriptor blob, BlobFile file) => (_blob, File) = (blob, file);

    public BlobFile File { get; }

    public Digest Digest => _blob.Digest;

    /// <summary>Another pull downloads the same blob: <see cref="Follow"/> comes before <see cref="Run"/>.</summary>
    public bool IsOthers { get; private set; }

    /// <summary>The file of an earlier try, or of another pull that is at it.</summary>
    public static BlobDownload Open(StoreTransaction transaction, Descriptor blob)
    {
        Mkdir.Parents(transaction.Paths.Downloads, 0x1C0);
        string path = $"{transaction.Paths.Downloads}/{blob.Digest.Hex}";
        var file = Linux.Open.File(path, OpenFlags.O_RDWR | OpenFlags.O_CREAT | OpenFlags.O_NOFOLLOW, 0x180);
        var download = new BlobDownload(blob, new BlobFile(file, path));
        if (!download.TryHold())
        {
            download.IsOthers = true;
            return download;
        }
        LinuxException.Check(Sys.Fstat(file.Number, out var status), "statx", path);
        // Whoever had it may have moved it into the store since it was opened.
        if (!download.HasName(path))
            download.GoOwnWay(transaction);
        else if ((long)status.stx_size <= blob.Size)
            download.TakeUp((long)status.stx_size);
        else
            download.File.Empty();
        return download;
    }

    /// <summary>
    /// Reads what another pull downloads, while it does, until all of it is there or the other is no longer at it. No slot of the downloads is to be
    /// held meanwhile: two pulls could wait for each other's.
    /// </summary>
    public async Task Follow(StoreTransaction transaction, LayerTransfer progress, CancellationToken stop)
    {
        string path = File.Path;
        progress.Enter(LayerPhase.Downloading);
        for (var quiet = Stopwatch.StartNew(); quiet.Elapsed < BoundedContent.Stall;)
        {
            bool ours = TryHold();
            LinuxException.Check(Sys.Fstat(File.Number, out var status), "statx", path);
            long size = Math.Min((long)status.stx_size, _blob.Size);
            if (size > File.Length)
            {
                TakeUp(size);
                progress.Transferred = File.Length;
                quiet.Restart();
            }
            if (ours && HasName(path))
            {
                IsOthers = false;
                return; // the other gave up: we go on from there
            }
            if (File.Length == _blob.Size)
            {
                Adopt(transaction);
                return;
            }
            if (ours)
                break; // its name is gone, so what it holds is of no use to anybody else
            await Task.Delay(s_look, stop).ConfigureAwait(false);
        }
        GoOwnWay(transaction);
    }

    /// <summary>Downloads what is missing, and verifies the whole. Readers of <see cref="File"/> see it grow, or fail.</summary>
    public async Task Run(RemoteRepository source, LayerTransfer progress, CancellationToken stop)
    {
        try
        {
            progress.Enter(LayerPhase.Downloading);
            for (int idle = 0; File.Length < _blob.Size;)
            {
                long before = File.Length;
                Exception? broken = await Attempt(source, progress, stop).ConfigureAwait(false);
                if (File.Length >= _blob.Size)
                    break;
                idle = File.Length > before ? 0 : idle + 1;
                if (idle == MaxIdleTries)
                    throw new SampanException(ErrorKind.System, $"blob {Digest.Short}: the connection broke at {File.Length} of {_blob.Size} bytes, {MaxIdleTries} times in a row", broken);
                if (idle > 0)
                    await Backoff.Default.Wait(idle, null, stop).ConfigureAwait(false);
            }
            progress.Enter(LayerPhase.Verifying);
            Verify();
            progress.Enter(LayerPhase.Downloaded);
            File.Complete();
        }
        catch (Exception e)
        {
            File.Fail(e);
            throw;
        }
    }

    public void Dispose()
    {
        // Whoever downloaded it for us may have died before it could move it into the store.
        if (_adopted is not null && TryHold() && HasName(_adopted))
            Sys.Unlinkat(At.AT_FDCWD, _adopted);
        _hash.Dispose();
        File.Dispose();
    }

    /// <summary>One connection.</summary>
    /// <returns>What broke it; null when it came to its end.</returns>
    private async Task<Exception?> Attempt(RemoteRepository source, LayerTransfer progress, CancellationToken stop)
    {
        using var response = await source.Blob(Digest, File.Length, stop).ConfigureAwait(false);
        using var alive = CancellationTokenSource.CreateLinkedTokenSource(stop);
        try
        {
            // A server may ignore Range: then what is here already comes once more.
            long skip = (int)response.StatusCode == 206 ? CheckRange(response) : File.Length;
            using var body = await response.Content.ReadAsStreamAsync(stop).ConfigureAwait(false);
            byte[] buffer = new byte[Chunk];
            while (true)
            {
                alive.CancelAfter(BoundedContent.Stall);
                int n = await body.ReadAsync(buffer, alive.Token).ConfigureAwait(false);
                if (n == 0)
                    return null;
                int known = (int)Math.Min(skip, n);
                skip -= known;
                Take(buffer.AsSpan(known, n - known), progress);
            }
        }
        catch (OperationCanceledException e) when (!stop.IsCancellationRequested)
        {
            return e;
        }
        catch (Exception e) when (Transport.IsFailure(e))
        {
            return e;
        }
    }

    private void Take(ReadOnlySpan<byte> data, LayerTransfer progress)
    {
        if (data.Length > _blob.Size - File.Length)
        {
            Discard();
            throw new SampanException(ErrorKind.Corrupt, $"blob {Digest}: the registry sends more than the {_blob.Size} bytes it should have");
        }
        _hash.AppendData(data);
        File.Append(data);
        progress.Transferred = File.Length;
    }

    private long CheckRange(HttpResponseMessage response)
        => response.Content.Headers.ContentRange?.From == File.Length ? 0
            : throw new SampanException(ErrorKind.Corrupt, $"blob {Digest}: asked for bytes from {File.Length} on, the registry sends others");

    private void Verify()
    {
        Span<byte> hash = stackalloc byte[SHA256.HashSizeInBytes];
        _hash.GetCurrentHash(hash);
        if (Digest.OfHash(hash) is var actual && actual == Digest)
            return;
        Discard();
        throw new SampanException(ErrorKind.Corrupt, $"blob {Digest}: its content is {actual}");
    }

    /// <summary>The next try must not build on what is wrong.</summary>
    private void Discard() => LinuxException.Check(Sys.Unlinkat(At.AT_FDCWD, File.Path), "unlink", File.Path);

    /// <summary>What stands in the file counts as downloaded.</summary>
    private void TakeUp(long length)
    {
        byte[] buffer = new byte[Chunk];
        while (File.Length < length)
        {
            int n = File.ReadAt(buffer.AsSpan(0, (int)Math.Min(Chunk, length - File.Length)), File.Length);
            if (n == 0)
                return;
            _hash.AppendData(buffer, 0, n);
            File.Extend(File.Length + n);
        }
    }

    private bool TryHold()
    {
        nint result = Sys.Flock(File.Number, FlockOperation.LOCK_EX | FlockOperation.LOCK_NB);
        return result != -(nint)Errno.EAGAIN && LinuxException.Check(result, "flock", File.Path) == 0;
    }

    private bool HasName(string path)
        => Sys.Fstat(File.Number, out var own) == 0 && Sys.Statx(At.AT_FDCWD, path, out var named) == 0 && named.stx_ino == own.stx_ino;

    /// <summary>A whole file gets a name of ours: the other pull will move its own.</summary>
    private void Adopt(StoreTransaction transaction)
    {
        IsOthers = false;
        string name = transaction.NewName();
        foreach (string there in (string[])[File.Path, transaction.Paths.Blob(Digest)])
            if (Sys.Linkat(At.AT_FDCWD, there, At.AT_FDCWD, name) == 0)
            {
                if (HasName(name))
                {
                    _adopted = File.Path;
                    File.Rename(name);
                    return;
                }
                LinuxException.Check(Sys.Unlinkat(At.AT_FDCWD, name), "unlink", name);
            }
        GoOwnWay(transaction);
    }

    private void GoOwnWay(StoreTransaction transaction)
    {
        IsOthers = false;
        var (file, path) = transaction.NewFile();
        File.Move(file, path);
    }
}
