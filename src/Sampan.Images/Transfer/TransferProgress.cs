using Sampan.Oci;

namespace Sampan.Images;

/// <summary>What is being done with a layer.</summary>
public enum LayerPhase
{
    Waiting, AlreadyThere, Downloading, Verifying, Downloaded, Unpacking, Done,
}

/// <summary>One layer on its way. Counters are written by one thread and may be read by any.</summary>
public sealed class LayerTransfer(Digest digest, long size, ITransferProgress progress)
{
    private long _downloaded;
    private volatile LayerPhase _phase;

    public Digest Digest => digest;

    /// <summary>Bytes to transfer.</summary>
    public long Size => size;

    public long Downloaded { get => Volatile.Read(ref _downloaded); internal set => Volatile.Write(ref _downloaded, value); }

    public LayerPhase Phase => _phase;

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
