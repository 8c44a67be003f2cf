// Mantine's own styles, only of what is used, in the order that it needs them.
import '@mantine/core/styles/baseline.css';
import '@mantine/core/styles/default-css-variables.css';
import '@mantine/core/styles/global.css';
import '@mantine/core/styles/UnstyledButton.css';
import '@mantine/core/styles/Button.css';
import '@mantine/core/styles/ActionIcon.css';
import '@mantine/core/styles/CloseButton.css';
import '@mantine/core/styles/Loader.css';
import '@mantine/core/styles/Popover.css';
import '@mantine/core/styles/Menu.css';
import '@mantine/core/styles/Alert.css';
import '@mantine/core/styles/Progress.css';
// Before the page's: its narrow layouts change some of this.
import './transport.css';
import './page.css';
import './parts.css';
import './controls.css';
import './views.css';
import './quality.css';
import './article.css';
import './compare/compare.css';
import './lessons/lessons.css';
import './article/argument.css';
