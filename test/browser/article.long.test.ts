/** The article that runs what it asks. */
import './article.test';
