using Sampan.Oci;

namespace Sampan.Images;

/// <summary>What is being done with a layer.</summary>
public enum LayerPhase
{
    Waiting, AlreadyThere, Downloading, Verifying, Downloaded, Unpacking, Done,
    Uploading, Mounted, Pushed,
}

/// <summary>One layer on its way. Counters are written by one thread and may be read by any.</summary>
public sealed class LayerTransfer(Digest digest, long size, ITransferProgress progress)
{
    private long _transferred;
    private volatile LayerPhase _phase;

    public Digest Digest => digest;

    /// <summary>Bytes to transfer.</summary>
    public long Size => size;

    public long Transferred { get => Volatile.Read(ref _transferred); internal set => Volatile.Write(ref _transferred, value); }

    public LayerPhase Phase => _phase;

    /// <summary>The repository of the same registry that a layer of phase <see cref="LayerPhase.Mounted"/> was taken from.</summary>
    public string? Source { get; internal set; }

    internal void Enter(LayerPhase phase)
    {
        _phase = phase;
        progress.Changed(this);
    }
}

/// <summary>Told how a transfer goes, from several threads.</summary>
public interface ITransferProgress
{
    /// <summary>All layers, before anything is done with them.</summary>
    void Started(IReadOnlyList<LayerTransfer> layers);

    /// <summary>A layer entered another phase.</summary>
    void Changed(LayerTransfer layer);
}
