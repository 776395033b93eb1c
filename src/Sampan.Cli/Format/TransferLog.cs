using Sampan.Images;

namespace Sampan.Cli.Format;

/// <summary>The progress of a transfer as lines, one for each thing that happened to a layer.</summary>
internal sealed class TransferLog(Output output, bool quiet, bool pushes) : ITransferDisplay
{
    private readonly Lock _gate = new();

    public void Started(IReadOnlyList<LayerTransfer> layers)
    {
    }

    public void Changed(LayerTransfer layer)
    {
        if (quiet || (pushes ? TransferWords.OfPush(layer) : TransferWords.Of(layer)) is not { } words)
            return;
        // Told from several threads; a line is written whole, and at once.
        lock (_gate)
        {
            output.Line($"{layer.Digest.Short}: {words}");
            output.Flush();
        }
    }

    public void Dispose()
    {
        lock (_gate)
            output.Flush();
    }
}
