using Sampan.Images;
using Sampan.Linux;

namespace Sampan.Cli.Format;

/// <summary>
/// The progress of a transfer on a terminal: a line a layer, drawn over again while it goes on. The cursor is left below, so that whatever ends
/// the program leaves a terminal to go on with.
/// </summary>
internal sealed class TransferBars : ITransferDisplay
{
    /// <summary>Milliseconds.</summary>
    private const int Pace = 100;
    private const int WidestBar = 50, NarrowTerminal = 110;
    private const string Escape = "\x1b[";
    private readonly Output _output;
    private readonly bool _pushes;
    private readonly Timer _timer;
    private readonly Lock _gate = new();
    private IReadOnlyList<LayerTransfer> _layers = [];

    /// <summary>Lines above the cursor that are ours.</summary>
    private int _drawn;
    private bool _over;

    public TransferBars(Output output, bool pushes)
    {
        (_output, _pushes) = (output, pushes);
        _timer = new Timer(_ => Draw(), null, Timeout.Infinite, Pace);
    }

    /// <summary>What was shown before stays as it is: its transfer failed, and another source is tried.</summary>
    public void Started(IReadOnlyList<LayerTransfer> layers)
    {
        Draw();
        lock (_gate)
            (_layers, _drawn) = ([.. layers.DistinctBy(static l => l.Digest)], 0);
        _timer.Change(0, Pace);
    }

    public void Changed(LayerTransfer layer)
    {
        // It will be seen when the lines are drawn next.
    }

    public void Dispose()
    {
        _timer.Dispose();
        Draw();
        lock (_gate)
            _over = true;
    }

    private void Draw()
    {
        lock (_gate)
        {
            if (_over)
                return;
            var size = _output.WindowSize() ?? new winsize { ws_col = 80, ws_row = 24 };
            if (_drawn > 0)
                _output.Write($"{Escape}{_drawn}A\r");
            // What does not fit stays out: a line that has scrolled off cannot be drawn over.
            int room = Math.Max(1, size.ws_row - 2);
            var shown = _layers.Count <= room ? _layers : [.. _layers.OrderBy(static l => IsOver(l)).Take(room - 1)];
            foreach (var layer in shown)
                Line(Text(layer, size.ws_col), size.ws_col);
            if (shown.Count < _layers.Count)
                Line($"and {_layers.Count - shown.Count} more", size.ws_col);
            _drawn = shown.Count + (shown.Count < _layers.Count ? 1 : 0);
            _output.Flush();
        }
    }

    private void Line(string text, int width) => _output.Write($"{(text.Length < width ? text : text[..Math.Max(0, width - 1)])}{Escape}K\n");

    private string Text(LayerTransfer layer, int width)
    {
        string words = layer.Phase switch
        {
            LayerPhase.Waiting => _pushes ? "Preparing" : "Waiting",
            LayerPhase.Downloading => Bar("Downloading", layer, width),
            LayerPhase.Uploading => Bar("Pushing", layer, width),
            LayerPhase.Downloaded => "Extracting",
            _ => (_pushes ? TransferWords.OfPush(layer) : TransferWords.Of(layer)) ?? "",
        };
        return $"{layer.Digest.Short}: {words}";
    }

    /// <summary>As Docker draws it: <c>Downloading [====>    ]  1.2MB/3.4MB</c>.</summary>
    private static string Bar(string words, LayerTransfer layer, int width)
    {
        long done = Math.Min(layer.Transferred, layer.Size);
        int bar = width > NarrowTerminal ? WidestBar : width / 4;
        int filled = layer.Size > 0 ? (int)(done * (double)bar / layer.Size) : 0;
        return $"{words} [{new string('=', filled)}>{new string(' ', bar - filled)}] {Human.Size(done),8}/{Human.Size(layer.Size)}";
    }

    private static bool IsOver(LayerTransfer layer) => layer.Phase is LayerPhase.AlreadyThere or LayerPhase.Done or LayerPhase.Mounted or LayerPhase.Pushed;
}
