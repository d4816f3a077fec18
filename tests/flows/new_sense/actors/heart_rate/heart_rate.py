"""The actor of the heart."""

from actors.heart_rate.messages import GetHeartRate, HeartRateIs
from actors.heart_rate.state import HeartState, felt
from actors.kernel.actor import handles
from actors.kernel.state.domain import DomainActor
from actors.osc.messages import ParametersChanged
from actors.vocabulary.type_names import durable
from config.schema.heart_rate import HeartRateSettings


@durable("heart_rate.HeartRate")
class HeartRate(DomainActor[HeartState]):
    """At `heart`. The tree has the receiver tell it of the parameters that it asks for."""

    domain = "heart"

    def __init__(self, settings: HeartRateSettings) -> None:
        super().__init__(HeartState())
        self._settings = settings

    @handles
    def on_parameters(self, message: ParametersChanged) -> None:
        self.become(felt(self.state, message.values, self.wall()))

    @handles
    def on_get(self, message: GetHeartRate) -> None:
        bpm = self.state.bpm
        self.reply(HeartRateIs(bpm, bpm > self._settings.excited_above))
