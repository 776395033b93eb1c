using Sampan.Linux;
using Sampan.Runtime;
using Sampan.Runtime.Monitoring;

namespace Sampan.OciCli.Monitor;

/// <summary>What a service manager is told (sd_notify(3)). Its main process is this one: it lives as long as the container, and ends it when asked to.</summary>
internal sealed partial class MonitorLoop
{
    private bool _toldReady;

    private void StartNotify()
    {
        if (_container.Notify is { } notify)
            Watch(Source.Notify, notify.Number);
        if (_options.Notify == NotifyMode.Conmon && !_resumed)
            TellReady();
    }

    private void PassNotification() => _container.Notify?.Forward(Sys.Getpid());

    // Nobody need hear it, as with those of the program.
    private void TellReady()
    {
        if (_toldReady)
            return;
        _toldReady = true;
        Attempt(() => NotifySocket.TellReady(_options.NotifySocket, Sys.Getpid()));
    }
}
