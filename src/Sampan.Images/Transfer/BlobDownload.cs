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
    private readonly Descriptor _blob;
    private readonly IncrementalHash _hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);

    private BlobDownload(Descriptor blob, BlobFile file) => (_blob, File) = (blob, file);

    public BlobFile File { get; }

    public Digest Digest => _blob.Digest;

    /// <summary>The file of an earlier try when nobody else is at it, else one of the transaction's own.</summary>
    public static BlobDownload Open(StoreTransaction transaction, Descriptor blob)
    {
        Mkdir.Parents(transaction.Paths.Downloads, 0x1C0);
        string path = $"{transaction.Paths.Downloads}/{blob.Digest.Hex}";
        var file = Linux.Open.File(path, OpenFlags.O_RDWR | OpenFlags.O_CREAT | OpenFlags.O_NOFOLLOW, 0x180);
        bool held = Sys.Flock(file.Number, FlockOperation.LOCK_EX | FlockOperation.LOCK_NB) >= 0;
        LinuxException.Check(Sys.Fstat(file.Number, out var status), "statx", path);
        // Whoever had it may have moved it into the store since it was opened.
        if (!held || Sys.Statx(At.AT_FDCWD, path, out var named) != 0 || named.stx_ino != status.stx_ino)
        {
            file.Dispose();
            var (own, ownPath) = transaction.NewFile();
            return new BlobDownload(blob, new BlobFile(own, ownPath));
        }
        var download = new BlobDownload(blob, new BlobFile(file, path));
        if ((long)status.stx_size <= blob.Size)
            download.TakeUp((long)status.stx_size);
        else
            download.File.Empty();
        return download;
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

    private void TakeUp(long length)
    {
        byte[] buffer = new byte[Chunk];
        for (long at = 0; at < length;)
        {
            int n = File.ReadAt(buffer.AsSpan(0, (int)Math.Min(Chunk, length - at)), at);
            _hash.AppendData(buffer, 0, n);
            at += n;
        }
        File.Resume(length);
    }
}
